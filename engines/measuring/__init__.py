"""How fast engines are here, and how far from what the machine could do."""
