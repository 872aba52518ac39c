"""A run: from settings and rows to every epoch of its training, and back again."""
