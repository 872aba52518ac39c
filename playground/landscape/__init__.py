"""The Landscape page: the loss over a plane in the space of parameters."""
