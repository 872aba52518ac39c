"""Exercises: a network of one's own to calculate, and the teacher's key, sheets and marks."""
