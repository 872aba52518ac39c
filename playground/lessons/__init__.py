"""Lessons: what a student is asked, does and is shown, as files of data whose answers are computed from real runs."""
