"""A run as one HTML file that can be played in any browser, offline."""
