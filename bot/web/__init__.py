"""What answers HTTP: the provider's webhooks, health, the simulator."""
