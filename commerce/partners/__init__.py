"""Partners: the tree of channels, what state each is in, whose customers they are by hand, and what they dispute."""
