"""A face in a picture, and the square around it."""
