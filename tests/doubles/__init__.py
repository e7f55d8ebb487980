"""Stand-ins for what is outside this machine."""
