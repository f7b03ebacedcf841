"""Who earns from an order: plans, commission lines and what moves them, the store's ledger, settlement and payouts."""
