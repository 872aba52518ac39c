"""The network as a diagram, its units as circles or as pictures of what they respond to."""
