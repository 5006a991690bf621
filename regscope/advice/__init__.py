"""Which regularizer to use, how strong, what it buys, and how sure that is (docs/advice.md)."""
