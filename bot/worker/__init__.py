"""The worker: lanes that answer and send."""
