"""The log that proves what was published (MONEY section 7): entries, appender, heads, proofs, statements."""
