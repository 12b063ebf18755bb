"""How `auto` finds what runs a model best here, and remembers it."""
