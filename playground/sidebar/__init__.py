"""The sidebar: a widget for every setting, and sharing a run by link and file."""
