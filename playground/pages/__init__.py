"""Pages, one file each: read the state, call the core, show figures."""
