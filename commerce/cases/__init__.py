"""Cases: what a buyer asks for after he has paid, and what becomes of it."""
