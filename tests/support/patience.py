"""How long tests wait for what they await: as long as a machine needs that is four times slower, with all cores busy.

A condition that comes is not waited for a moment longer, so a generous limit costs nothing but where a test fails.
"""

PATIENCE = 240.0  # seconds
