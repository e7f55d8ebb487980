"""Message id + person + channel -> words. The only place that turns ids into sentences."""
