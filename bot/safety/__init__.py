"""Screening for signs of danger. Needs neither Rasa, nor a provider, nor a network."""
