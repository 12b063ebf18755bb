"""What the app does: frames, portraits, motion, composition and the loop."""

__version__ = "0.1.0"
