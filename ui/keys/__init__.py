"""What can be done by a key, and by which: the window's keys and the global ones. No Qt."""
