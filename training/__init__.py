"""How networks are learned, judged and exported."""
