"""Run by Alembic for every upgrade, on the connection that schema.py hands over."""

from alembic import context

from commerce.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
