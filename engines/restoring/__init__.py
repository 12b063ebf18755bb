"""Restorers of faces: which files are any, what they take and give, and under which conventions."""
