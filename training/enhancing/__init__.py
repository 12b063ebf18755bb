"""The network that makes drawn faces sharper: its data, its training, its figures and its file."""
