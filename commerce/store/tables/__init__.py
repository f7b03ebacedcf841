"""All tables, once. The same on SQLite and PostgreSQL; migrations/ is held to this by a test.

Conventions: `id` is an integer surrogate key from ids.IdBlocks (one space for all tables); `public_id` is what the
outside sees; every row has `merchant_id` (the merchant's own row: `id`); times are integer ms since 1970 UTC; money is
integer minor units; JSON is text, written canonically. An unpaid order's lines *are* the reservation: they hold stock
until `orders.expires_at`.
"""

from commerce.store.tables.buying import (
    binding,
    cart_line,
    link,
    order_event,
    order_line,
    orders,
    payment,
    payment_notice,
    refund,
    refund_line,
    touch,
    viewer,
)
from commerce.store.tables.cases import aftersale, aftersale_event, aftersale_line
from commerce.store.tables.columns import metadata
from commerce.store.tables.customers import address, customer, ended_viewer, login_code
from commerce.store.tables.directory import (
    channel,
    id_block,
    lock_rule,
    login,
    merchant,
    outbox,
    room,
    session,
    version,
    wrapped_key,
)
from commerce.store.tables.earning import (
    assessment,
    commission_line,
    commission_plan,
    newcomer,
    payee,
    payout,
    rail_hold,
    receivable,
    restored_line,
    settlement,
    staff,
    transfer,
    watch,
)
from commerce.store.tables.guarding import access, legal_hold, retention
from commerce.store.tables.integrating import answered, api_key, delivery, hook
from commerce.store.tables.joining import application, invitation
from commerce.store.tables.offering import flash_sale, hidden_product, image
from commerce.store.tables.partners import channel_event, dispute, moved_line, notice, partner_terms, passing, rebinding
from commerce.store.tables.paying import payment_provider
from commerce.store.tables.proving import log_block, log_bucket, log_head, log_key, log_leaf, log_party, log_sequencer
from commerce.store.tables.selling import pin_event, product, shelf, show, sku, stock, stream_key
from commerce.store.tables.studio import restream, slate, studio
from commerce.store.tables.talk import act, appeal, chat_rule, held_line, question, restriction, word

__all__ = [
    "access",
    "act",
    "address",
    "aftersale",
    "aftersale_event",
    "aftersale_line",
    "answered",
    "api_key",
    "appeal",
    "application",
    "assessment",
    "binding",
    "cart_line",
    "channel",
    "channel_event",
    "chat_rule",
    "commission_line",
    "commission_plan",
    "customer",
    "delivery",
    "dispute",
    "ended_viewer",
    "flash_sale",
    "held_line",
    "hidden_product",
    "hook",
    "id_block",
    "image",
    "invitation",
    "legal_hold",
    "link",
    "lock_rule",
    "log_block",
    "log_bucket",
    "log_head",
    "log_key",
    "log_leaf",
    "log_party",
    "log_sequencer",
    "login",
    "login_code",
    "merchant",
    "metadata",
    "moved_line",
    "newcomer",
    "notice",
    "order_event",
    "order_line",
    "orders",
    "outbox",
    "partner_terms",
    "passing",
    "payee",
    "payment",
    "payment_notice",
    "payment_provider",
    "payout",
    "pin_event",
    "product",
    "question",
    "rail_hold",
    "rebinding",
    "receivable",
    "refund",
    "refund_line",
    "restored_line",
    "restream",
    "restriction",
    "retention",
    "room",
    "session",
    "settlement",
    "shelf",
    "show",
    "sku",
    "slate",
    "staff",
    "stock",
    "stream_key",
    "studio",
    "touch",
    "transfer",
    "version",
    "viewer",
    "watch",
    "word",
    "wrapped_key",
]
