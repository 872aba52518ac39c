"""The textbook: activations, losses, initial weights, the two passes, and optimizers."""
