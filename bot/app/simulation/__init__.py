"""The whole programme in fast motion: real services, a simulated population, no provider."""
