"""Everything that runs inside Rasa's own environment (Python 3.10); imports nothing else of `bot`."""
