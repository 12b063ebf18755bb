"""How motion is changed between what was seen and what is drawn."""
