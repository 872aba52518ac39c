"""What a run is set to: every setting with its range, as a value and as text."""
