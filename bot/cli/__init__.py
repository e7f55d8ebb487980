"""The command line: `uv run acompana ...`."""
