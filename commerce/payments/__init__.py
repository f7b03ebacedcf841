"""How buyers pay: the port, the sandbox behind it, and what a provider's word does to an order."""
