"""Plain Python about contacts, journeys, messages and consent: no I/O, no clock, no framework."""
