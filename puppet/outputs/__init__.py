"""Where pictures go."""
