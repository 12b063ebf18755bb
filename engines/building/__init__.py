"""Engines made ahead: graphs retyped, compiled, kept on disk, and let in only after they drew what the reference draws."""
