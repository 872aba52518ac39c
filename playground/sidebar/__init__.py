"""The sidebar: settings, and sharing them by link and file."""
