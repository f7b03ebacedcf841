"""Strangers need no session to become partners; all else does."""

from signaling.api.operations_joining import JOINING


def test_strangers_ask_only_below_a_merchant():
    assert {each.security for each in JOINING} == {"", "session"}
    assert all((each.security == "") == each.path.startswith("/api/v1/merchants/") for each in JOINING)
