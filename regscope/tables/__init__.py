"""Tables as people have them: read whole, every column with its kind, and nothing guessed."""
