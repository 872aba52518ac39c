"""The Sweep page: many runs at once."""
