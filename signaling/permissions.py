"""Who may do what at HQ: one table, role x action. Roles are commerce's, actions are named by the routes."""

from __future__ import annotations

from commerce.views import Me
from signaling.errors import NotAllowed

SEE_SHOWS = "see shows"
RUN_SHOWS = "run shows"
SEE_STUDIO = "see the studio"
ROTATE_KEYS = "rotate stream keys"
SEE_CHANNELS = "see channels"
CHANGE_CHANNELS = "change channels"
MAKE_LINKS = "make links"
SEE_GOODS = "see goods"
CHANGE_GOODS = "change goods"
SEE_ORDERS = "see orders"
CHANGE_ORDERS = "change orders"
REFUND_ORDERS = "refund orders"
CONNECT_PROGRAMS = "connect programs"
SEE_TALK = "see what is said"
MODERATE = "moderate"
SET_WORDS = "set the word list"
ANSWER_ROOMS = "answer rooms"
ANNOUNCE = "announce"
SEE_MONEY = "see money"
RULE_MONEY = "rule money"
CONNECT_PAYMENTS = "connect payments"
SETTLE = "settle"
SEE_ACCESS = "see who saw data"
GUARD_DATA = "guard personal data"
WORK_AT_DESK = "work at a desk"
OWN_DESK = "own a desk"
KEEP_OWN_ROOM = "keep order in one's own room"

ACTIONS = (
    SEE_SHOWS,
    RUN_SHOWS,
    SEE_STUDIO,
    ROTATE_KEYS,
    SEE_CHANNELS,
    CHANGE_CHANNELS,
    MAKE_LINKS,
    SEE_GOODS,
    CHANGE_GOODS,
    SEE_ORDERS,
    CHANGE_ORDERS,
    REFUND_ORDERS,
    CONNECT_PROGRAMS,
    SEE_TALK,
    MODERATE,
    SET_WORDS,
    ANSWER_ROOMS,
    ANNOUNCE,
    SEE_MONEY,
    RULE_MONEY,
    CONNECT_PAYMENTS,
    SETTLE,
    SEE_ACCESS,
    GUARD_DATA,
    WORK_AT_DESK,
    OWN_DESK,
    KEEP_OWN_ROOM,
)

# A channel's owner works at his channel's desk: nothing of HQ's is his to see. His staff works there too, but neither
# takes the statement or the customers away nor disputes anything. A channel's assistant has only what is said in its
# room.
TABLE: dict[str, frozenset[str]] = {
    "owner": frozenset(ACTIONS) - {WORK_AT_DESK, OWN_DESK, KEEP_OWN_ROOM},
    "operator": frozenset(ACTIONS)
    - {ROTATE_KEYS, CONNECT_PROGRAMS, CONNECT_PAYMENTS, RULE_MONEY, SETTLE, SEE_ACCESS, GUARD_DATA, WORK_AT_DESK}
    - {OWN_DESK, KEEP_OWN_ROOM},
    "host": frozenset(
        {SEE_SHOWS, RUN_SHOWS, SEE_STUDIO, SEE_CHANNELS, SEE_GOODS, SEE_TALK, MODERATE, ANSWER_ROOMS, ANNOUNCE}
    ),
    "assistant": frozenset({SEE_SHOWS, SEE_CHANNELS, SEE_TALK, MODERATE, ANSWER_ROOMS}),
    "finance": frozenset({SEE_SHOWS, SEE_CHANNELS, SEE_GOODS, SEE_ORDERS, REFUND_ORDERS, SEE_MONEY, SETTLE}),
    "auditor": frozenset({SEE_SHOWS, SEE_STUDIO, SEE_CHANNELS, SEE_GOODS, SEE_ORDERS, SEE_TALK, SEE_MONEY, SEE_ACCESS}),
    "channel_owner": frozenset({WORK_AT_DESK, OWN_DESK, KEEP_OWN_ROOM}),
    "staff": frozenset({WORK_AT_DESK, KEEP_OWN_ROOM}),
    "channel_assistant": frozenset({KEEP_OWN_ROOM}),
}


# What a program's key may do, by its scopes (commerce.commands.programs); none of them lets it make further keys.
SCOPES: dict[str, frozenset[str]] = {
    "shows:read": frozenset({SEE_SHOWS}),
    "shows:write": frozenset({SEE_SHOWS, RUN_SHOWS}),
    "channels:read": frozenset({SEE_CHANNELS}),
    "channels:write": frozenset({SEE_CHANNELS, CHANGE_CHANNELS, MAKE_LINKS}),
    "goods:read": frozenset({SEE_GOODS}),
    "goods:write": frozenset({SEE_GOODS, CHANGE_GOODS}),
    "orders:read": frozenset({SEE_ORDERS}),
    "orders:write": frozenset({SEE_ORDERS, CHANGE_ORDERS, REFUND_ORDERS}),
}


def allows(role: str, action: str) -> bool:
    """What the table says; a role that it does not know may do nothing."""
    return action in TABLE.get(role, frozenset())


def allowed(me: Me, action: str) -> bool:
    """What his role says, or the program's scopes."""
    if me.scopes is None:
        return allows(me.role, action)
    return any(action in SCOPES.get(scope, frozenset()) for scope in me.scopes)


def check(role: str, action: str) -> None:
    """Raises `NotAllowed`."""
    if not allows(role, action):
        raise NotAllowed(f"your role ({role}) may not {action}")


def check_me(me: Me, action: str) -> None:
    """Raises `NotAllowed`, for people and programs."""
    if me.scopes is None:
        check(me.role, action)
    elif not allowed(me, action):
        raise NotAllowed(f"the scopes of this key do not let it {action}")
