"""The pictures that are animated."""
