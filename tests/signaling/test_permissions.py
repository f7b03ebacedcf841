"""The whole table, cell by cell, written out once more by hand."""

import pytest

from commerce.commands.selling import ROLES
from signaling import permissions
from signaling.errors import NotAllowed

#                     owner operator host assistant finance auditor channel_owner staff channel_assistant
TABLE = {
    "see shows":           "x x x x x x . . .",
    "run shows":           "x x x . . . . . .",
    "see the studio":      "x x x . . x . . .",
    "rotate stream keys":  "x . . . . . . . .",
    "see channels":        "x x x x x x . . .",
    "change channels":     "x x . . . . . . .",
    "make links":          "x x . . . . . . .",
    "see goods":           "x x x . x x . . .",
    "change goods":        "x x . . . . . . .",
    "see orders":          "x x . . x x . . .",
    "change orders":       "x x . . . . . . .",
    "refund orders":       "x x . . x . . . .",
    "connect programs":    "x . . . . . . . .",
    "see what is said":    "x x x x . x . . .",
    "moderate":            "x x x x . . . . .",
    "set the word list":   "x x . . . . . . .",
    "answer rooms":        "x x x x . . . . .",
    "announce":            "x x x . . . . . .",
    "see money":           "x x . . x x . . .",
    "rule money":          "x . . . . . . . .",
    "connect payments":    "x . . . . . . . .",
    "settle":              "x . . . x . . . .",
    "see who saw data":    "x . . . . x . . .",
    "guard personal data": "x . . . . . . . .",
    "work at a desk":      ". . . . . . x x .",
    "own a desk":          ". . . . . . x . .",
    "keep order in one's own room": ". . . . . . x x x",
}  # fmt: skip
HQ = ("owner", "operator", "host", "assistant", "finance", "auditor")
COLUMNS = (*HQ, "channel_owner", "staff", "channel_assistant")
CELLS = [
    (role, action, cell == "x")
    for action, row in TABLE.items()
    for role, cell in zip(COLUMNS, row.split(), strict=True)
]


@pytest.mark.parametrize(("role", "action", "allowed"), CELLS)
def test_each_cell(role, action, allowed):
    if allowed:
        permissions.check(role, action)
    else:
        with pytest.raises(NotAllowed):
            permissions.check(role, action)


def test_the_table_is_whole():
    assert set(TABLE) == set(permissions.ACTIONS)
    assert set(COLUMNS) == set(permissions.TABLE) == set(ROLES)


def test_an_unknown_role_may_do_nothing():
    for action in permissions.ACTIONS:
        with pytest.raises(NotAllowed):
            permissions.check("admin", action)
