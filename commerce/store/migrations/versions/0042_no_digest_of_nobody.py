"""An order whose contact was erased keeps no digest that was made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NOBODY = '{"name":"","phone":"","address":""}'


def upgrade() -> None:
    """orders.body_digest, of those that were erased before."""
    order = sa.table("orders", sa.column("contact", sa.Text), sa.column("body_digest", sa.Text))
    op.execute(order.update().where(order.c.contact == NOBODY).values(body_digest=""))
