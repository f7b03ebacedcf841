"""The schema's history. schema.py runs it at every start; a test holds its end to tables.py."""
