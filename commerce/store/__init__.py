"""Tables, queries and migrations (SQLAlchemy Core)."""
