"""Pictures, videos and sound on disk."""
