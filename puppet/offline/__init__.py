"""A portrait animated by a whole clip."""
