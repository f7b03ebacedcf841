"""Customers: phone login by code, two viewers that are one, their addresses."""
