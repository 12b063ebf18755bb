"""A live run: its threads and what happens to every frame."""
