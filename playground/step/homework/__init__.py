"""A hand calculation, typed in and checked."""
