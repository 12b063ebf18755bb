"""Clips: where they lie, how they are read, paired and changed at random."""
