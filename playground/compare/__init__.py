"""The Compare page: pinned runs, side by side."""
