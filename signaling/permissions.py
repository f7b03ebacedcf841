"""Who may do what at HQ: one table, role x action. Roles are commerce's, actions are named by the routes."""

from __future__ import annotations

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
SEE_TALK = "see what is said"
MODERATE = "moderate"
SET_WORDS = "set the word list"
ANSWER_ROOMS = "answer rooms"
ANNOUNCE = "announce"

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
    SEE_TALK,
    MODERATE,
    SET_WORDS,
    ANSWER_ROOMS,
    ANNOUNCE,
)

# A channel's owner works at his channel's desk: nothing of HQ's is his to see.
TABLE: dict[str, frozenset[str]] = {
    "owner": frozenset(ACTIONS),
    "operator": frozenset(ACTIONS) - {ROTATE_KEYS},
    "host": frozenset(
        {SEE_SHOWS, RUN_SHOWS, SEE_STUDIO, SEE_CHANNELS, SEE_GOODS, SEE_TALK, MODERATE, ANSWER_ROOMS, ANNOUNCE}
    ),
    "assistant": frozenset({SEE_SHOWS, SEE_CHANNELS, SEE_TALK, MODERATE, ANSWER_ROOMS}),
    "finance": frozenset({SEE_SHOWS, SEE_CHANNELS, SEE_GOODS, SEE_ORDERS, REFUND_ORDERS}),
    "auditor": frozenset({SEE_SHOWS, SEE_STUDIO, SEE_CHANNELS, SEE_GOODS, SEE_ORDERS, SEE_TALK}),
    "channel_owner": frozenset(),
}


def allows(role: str, action: str) -> bool:
    """What the table says; a role that it does not know may do nothing."""
    return action in TABLE.get(role, frozenset())


def check(role: str, action: str) -> None:
    """Raises `NotAllowed`."""
    if not allows(role, action):
        raise NotAllowed(f"your role ({role}) may not {action}")
