"""Commands of becoming a partner are well formed or name the field."""

import pytest

from commerce.commands import joining as j
from commerce.errors import Invalid

ID, LINK = "0" * 16, b"x" * 32


def form(**more):
    return j.Form(**({"shop": "A", "sealed": b"x", "login": "ann", "password_hash": "h", "digest": LINK} | more))


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("shop", lambda: form(shop="")),
        ("sealed", lambda: form(sealed=b"")),
        ("user", lambda: form(login="a")),
        ("digest", lambda: form(digest=b"x" * 33)),
        ("invitation", lambda: j.AcceptInvitation(1, b"", form(), "anns")),
        ("room", lambda: j.AcceptInvitation(1, LINK, form(), "A")),
        ("digest", lambda: j.WithdrawApplication(1, b"")),
        ("parent", lambda: j.ApproveApplication(1, ID, "x", "", "anns", "boss")),
        ("level", lambda: j.ApproveApplication(1, ID, None, "x" * 41, "anns", "boss")),
        ("reason", lambda: j.RefuseApplication(1, ID, "", "boss")),
        ("application", lambda: j.EraseApplication(1, "x", "boss")),
        ("days", lambda: j.Invite(1, LINK, None, "", 91, "boss")),
        ("of", lambda: j.Invite(1, LINK, None, "", 1, "boss", "x")),
        ("invitation", lambda: j.RevokeInvitation(1, "x")),
    ],
)
def test_wrong_values_name_their_field(field, make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
