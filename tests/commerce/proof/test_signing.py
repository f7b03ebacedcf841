"""The keys of the heads: the next is endorsed by the last, and nothing else is trusted."""

import asyncio

from commerce.commands.earning import RotateLogKey
from commerce.proof.signing import endorsement, trusted_keys, verified
from commerce.proof.verify import verify_statement


async def test_a_statement_under_a_new_key_verifies_with_the_old_one_from_outside(money):
    old = await money.key()
    await money.sold()
    await money.statement()
    kid = await money.execute(RotateLogKey())
    await money.sold()
    found = await money.statement()
    assert found["head"]["kid"] == kid
    assert await money.key() != old
    for public in (old, await money.key()):
        assert verify_statement(found, public).wrong == []
    found["keys"][1]["endorsement"] = "00" * 64
    assert verify_statement(found, old).wrong


async def test_keys_made_in_one_batch_follow_from_each_other(money):
    old = await money.key()
    kids = await asyncio.gather(money.execute(RotateLogKey()), money.execute(RotateLogKey()))
    await money.sold()
    found = await money.statement()
    assert ([key["kid"] for key in found["keys"][1:]], found["head"]["kid"]) == (kids, kids[-1])
    assert [key["endorsed_by"] for key in found["keys"]] == ["", *(key["kid"] for key in found["keys"][:-1])]
    assert verify_statement(found, old).wrong == []


def test_an_endorsement_of_an_unknown_key_is_none():
    key = {"kid": "a", "public": "11" * 32, "endorsed_by": "nobody", "endorsement": "00" * 64}
    assert trusted_keys(b"\x22" * 32, [key]) == {}
    assert not verified(b"short", b"", endorsement("a", b""))
