"""The networks of both model families, one per file."""
