"""The full-text index and the questions asked of it."""
