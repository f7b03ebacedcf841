"""Orders: the state table, checkout, what happens to them afterwards."""
