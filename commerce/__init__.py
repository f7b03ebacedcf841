"""Decides money: who sells what to whom, whose customer the buyer is, and the books of it."""
