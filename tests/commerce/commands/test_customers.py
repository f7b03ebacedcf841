"""A malformed command around customers cannot be made, and the error names the field."""

import pytest

from commerce import commands as c
from commerce.errors import Invalid


def test_a_malformed_command_names_its_field():
    digest, viewer = "0" * 64, "0" * 16
    for make, field in (
        (lambda: c.AskCode("?", "room", digest, digest, digest, 300_000), "viewer"),
        (lambda: c.AskCode(viewer, "Room!", digest, digest, digest, 300_000), "room"),
        (lambda: c.AskCode(viewer, "room", "13800138000", digest, digest, 300_000), "identity"),
        (lambda: c.AskCode(viewer, "room", digest, digest, "123456", 300_000), "code"),
        (lambda: c.AskCode(viewer, "room", digest, digest, digest, 10**9), "valid_ms"),
        (lambda: c.LogIn(viewer, "room", digest, digest, b"", viewer), "sealed"),
        (lambda: c.LogIn(viewer, "room", digest, digest, b"x", viewer, "192.0.2.1"), "device"),
        (lambda: c.LogIn(viewer, "room", digest, digest, b"x", viewer, "", "192.0.2.1"), "address"),
        (lambda: c.LogIn(viewer, "room", digest, digest, b"x", "?"), "fresh"),
        (lambda: c.PutAddress(viewer, "room", b"x" * 4_001, False), "sealed"),
        (lambda: c.RemoveAddress(viewer, "room", "?"), "address"),
    ):
        with pytest.raises(Invalid) as caught:
            make()
        assert caught.value.field == field
