"""What is trained, and how: recipes of ours and of others."""
