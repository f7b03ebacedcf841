"""Logins and sessions."""

import asyncio

import pytest

from commerce import commands as c
from commerce import questions
from commerce.directory.people import hash_password
from commerce.errors import BadCredentials, Conflict, Invalid, NotFound
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


PASSWORD = "correct horse"


async def add_user(shop, **given) -> str:
    name = "hq-" + public_id()
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    return await shop.commerce.execute(c.CreateUser(shop.merchant.id, name, hashed, **given))


async def test_whoever_knows_the_password_gets_a_session(shop):
    user = await add_user(shop, role="channel_owner", channel=shop.store_a.channel)
    session = await shop.commerce.log_in(user.upper(), PASSWORD)
    me = await shop.commerce.ask(questions.me, session.token)
    assert me == session.me
    assert (me.user, me.role, me.merchant, me.channel) == (user, "channel_owner", shop.merchant, shop.store_a.channel)
    assert len(me.csrf) > 20
    dump = str(await shop.dump())
    assert session.token not in dump
    assert PASSWORD not in dump


async def test_nobody_else_does_and_is_not_told_why(shop):
    user = await add_user(shop)
    refusals = set()
    for name, password in (
        (user, "wrong horse"),
        (user, ""),
        ("nobody", PASSWORD),
        ("\ud800", PASSWORD),
        (user, "x" * 9999),
    ):
        with pytest.raises(BadCredentials) as caught:
            await shop.commerce.log_in(name, password)
        refusals.add((caught.value.field, caught.value.detail))
    assert len(refusals) == 1


async def test_a_session_ends_by_logging_out_or_by_time(shop):
    user = await add_user(shop)
    first, second = [await shop.commerce.log_in(user, PASSWORD) for _ in range(2)]
    await shop.commerce.log_out(first.token)
    await shop.commerce.log_out(first.token)
    with pytest.raises(BadCredentials):
        await shop.commerce.ask(questions.me, first.token)
    shop.clock.advance(12 * 3600 - 1)
    await shop.commerce.ask(questions.me, second.token)
    shop.clock.advance(1)
    for token in (second.token, "", "forged"):
        with pytest.raises(BadCredentials) as caught:
            await shop.commerce.ask(questions.me, token)
        assert caught.value.field == "session"


async def test_names_are_taken_whatever_their_case(shop):
    user = await add_user(shop)
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.CreateUser(shop.merchant.id, user.upper(), "hash"))
    assert caught.value.field == "user"
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.CreateUser(-1, "x-" + public_id(), "hash"))


@pytest.mark.parametrize("password", ["", "short", "x" * 201, None])
def test_a_password_has_bounds(password):
    with pytest.raises(Invalid) as caught:
        hash_password(password)
    assert caught.value.field == "password"


async def test_a_new_password_ends_what_the_old_one_opened(shop):
    user = await add_user(shop)
    session = await shop.commerce.log_in(user, PASSWORD)
    hashed = await asyncio.to_thread(hash_password, "battery staple")
    await shop.commerce.execute(c.SetPassword(user.upper(), hashed))
    for attempt in (shop.commerce.log_in(user, PASSWORD), shop.commerce.ask(questions.me, session.token)):
        with pytest.raises(BadCredentials):
            await attempt
    assert (await shop.commerce.log_in(user, "battery staple")).me.user == user
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.SetPassword("nobody-here", hashed))
