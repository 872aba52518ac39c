"""A digit drawn by hand, and the answer of the network."""
