"""A row or a point that is tried: its fields, and the answer of the network."""
