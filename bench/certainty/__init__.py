"""How much what is advised changes from search to search, and how much less with more trials."""
