"""The Compare page: runs kept beside one another."""
