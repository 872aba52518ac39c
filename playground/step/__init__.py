"""The One step page: one update, number by number."""
