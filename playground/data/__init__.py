"""The Data page: rows of a user's own."""
