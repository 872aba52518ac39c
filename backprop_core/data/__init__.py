"""Rows to learn from: ready data sets, a user's own rows, and the scores of predictions."""
