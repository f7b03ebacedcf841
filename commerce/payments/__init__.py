"""The payment port and its providers."""
