"""Benchmarks: load on the whole system, beside Rasa's own Twilio channel; results in RESULTS.md."""
