"""What Acompaña does, one verb per file."""
