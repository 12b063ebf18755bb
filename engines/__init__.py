"""How networks run: inference runtimes, model folders and the face finder."""
