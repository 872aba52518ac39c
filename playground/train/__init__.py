"""The Train page: one run, live."""
