"""Leaving with everything: export, import elsewhere, a partner's own data, and the bundle for the last day."""
