"""REST: one module per audience, models that validate and describe."""
