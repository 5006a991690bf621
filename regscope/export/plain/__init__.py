"""Code that goes out with a network as it stands: it may import nothing of this project."""
