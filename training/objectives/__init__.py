"""What networks are held to."""
