"""A whole run as one HTML file that plays by itself."""
