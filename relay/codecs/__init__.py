"""Pure bit work, one module per codec."""
