"""Keys of programs, on both databases."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import BadCredentials, Conflict, NotFound
from commerce.programs import keys
from commerce.store.ids import public_id


async def test_a_key_is_a_merchants_until_it_is_revoked(shop):
    fresh = await shop.commerce.execute(c.CreateApiKey(shop.merchant.id, "ERP", ("orders:read", "goods:write")))
    assert fresh.secret.startswith(keys.PREFIX)
    assert fresh.secret.endswith(fresh.key.hint)
    me = await shop.commerce.ask(questions.client, fresh.secret)
    assert (me.user, me.merchant.id, me.scopes) == ("program: ERP", shop.merchant.id, ("orders:read", "goods:write"))
    assert fresh.secret not in str(await shop.dump())
    revoke = c.RevokeApiKey(shop.merchant.id, fresh.key.key)
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.RevokeApiKey(shop.merchant.id + 1, fresh.key.key))
    for _ in range(2):
        await shop.commerce.execute(revoke)
    for wrong in (fresh.secret, "fenbo_" + "0" * 40, ""):
        with pytest.raises(BadCredentials):
            await shop.commerce.ask(questions.client, wrong)
    (kept,) = await shop.commerce.ask(questions.api_keys, shop.merchant.id)
    assert (kept.key, kept.revoked) == (fresh.key.key, True)


async def test_there_is_an_end_to_keys(sqlite_shop, monkeypatch):
    monkeypatch.setattr(keys, "KEYS_MAX", 1)
    make = c.CreateApiKey(sqlite_shop.merchant.id, public_id(), ("orders:read",))
    await sqlite_shop.commerce.execute(make)
    with pytest.raises(Conflict):
        await sqlite_shop.commerce.execute(make)
