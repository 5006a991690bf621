"""A person's own module: where it lies, how it is loaded and called, and what is found in it."""
