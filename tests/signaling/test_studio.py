"""From a stream key to a broadcast that plays."""

import pytest

from commerce import commands, questions
from relay.errors import NotAvailable, Refused
from relay.source import Slot


async def key_of(shop, slot="primary"):
    return (await shop.do(commands.RotateStreamKey(shop.merchant.id, slot))).stream_key


async def refusal(shop, key):
    with pytest.raises(Refused) as refused:
        await shop.node.core.studio.authorise(key, "10.0.0.7")
    return refused.value.reason


async def test_a_key_opens_the_show_that_is_on(shop):
    studio = shop.node.core.studio
    source = await studio.authorise(await key_of(shop), "10.0.0.7")
    assert (source.slot, source.description) == ("primary", "10.0.0.7")
    assert (await studio.on_now("north")) is shop.node.core.hub.get(shop.show.show)
    backup = await studio.authorise(await key_of(shop, "backup"), "10.0.0.8")
    assert backup.slot == "backup"


async def test_many_joins_ask_commerce_once_and_the_end_is_seen_at_once(shop, monkeypatch):
    studio, asked = shop.node.core.studio, []
    await studio.authorise(await key_of(shop), "10.0.0.7")
    ask = studio._commerce.ask
    monkeypatch.setattr(studio._commerce, "ask", lambda *question: asked.append(question) or ask(*question))
    monkeypatch.setattr("signaling.studio.PLAYS_SECONDS", 60.0)
    assert len({await studio.on_now("north") for _ in range(20)}) == 1
    assert asked.count((questions.room, "north")) == 1  # the node has questions of its own, as facts come
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    with pytest.raises(NotAvailable):
        await studio.on_now("north")


async def test_refusals(shop):
    key = await key_of(shop)
    assert await refusal(shop, "nonsense") == "bad_key"
    await shop.node.core.studio.authorise(key, "10.0.0.7")
    assert await refusal(shop, key) == "busy"
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    assert await refusal(shop, key) == "no_show"


async def test_a_takeover_is_for_its_own_slot_and_merchant_and_does_not_hold_for_ever(shop, monkeypatch):
    studio, key = shop.node.core.studio, await key_of(shop)
    await studio.authorise(key, "10.0.0.7")
    studio.force(shop.merchant.id, Slot.BACKUP)
    studio.force(shop.merchant.id + 1, Slot.PRIMARY)
    assert await refusal(shop, key) == "busy"
    monkeypatch.setattr("signaling.studio.TAKEOVER_SECONDS", 0.0)
    studio.force(shop.merchant.id, Slot.PRIMARY)
    assert await refusal(shop, key) == "busy"


async def test_showing_somebody_out_leaves_the_other_slot_alone(shop):
    studio = shop.node.core.studio
    primary = await studio.authorise(await key_of(shop), "10.0.0.7")
    backup = await studio.authorise(await key_of(shop, "backup"), "10.0.0.8")
    studio.expel(shop.merchant.id + 1, Slot.PRIMARY, "not his")
    studio.expel(shop.merchant.id, Slot.PRIMARY, "out")
    assert (primary.state, primary.closed_because, backup.state) == ("closed", "out", "waiting")


async def test_an_announced_show_takes_the_encoder_and_plays_when_it_is_on(shop):
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    show = await shop.do(commands.CreateShow(shop.merchant.id, "Next"))
    await shop.node.core.studio.authorise(await key_of(shop), "10.0.0.7")
    with pytest.raises(NotAvailable):
        await shop.node.core.studio.on_now("north")
    await shop.do(commands.UpdateShow(shop.merchant.id, show.show, state="live"))
    assert (await shop.node.core.studio.on_now("north")).name == show.show


async def test_the_end_of_a_show_ends_its_broadcast_for_everybody(shop):
    told = []
    shop.node.core.studio.on_end(told.append)
    source = await shop.node.core.studio.authorise(await key_of(shop), "10.0.0.7")
    broadcast = shop.node.core.hub.get(shop.show.show)
    member = await (await shop.visitor()).enter("north")
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    assert (await member.wait_for("show_state"))["show"]["state"] == "ended"
    assert told == [broadcast]
    assert source.state == "closed"
    with pytest.raises(NotAvailable):
        shop.node.core.hub.get(shop.show.show)


async def test_packaging_that_broke_off_begins_anew_with_the_next_source(shop):
    core, name = shop.node.core, shop.show.show
    await core.studio.authorise(await key_of(shop), "10.0.0.7")
    first = core.origin.find(name, "1")
    await core.origin.close(name)
    await core.studio.authorise(await key_of(shop, "backup"), "10.0.0.8")
    again = core.origin.find(name, "1")
    assert again is not None and again is not first
    core.studio.look()
    assert name in core.studio._silent, "rooms hear of it once it plays"


async def test_rooms_are_told_when_there_is_something_to_play(shop, monkeypatch):
    core = shop.node.core
    await core.studio.authorise(await key_of(shop), "10.0.0.7")
    member = await (await shop.visitor()).enter("north")
    url = f"/live/{shop.show.show}/1/index.m3u8"
    monkeypatch.setattr(core.origin, "url", lambda name: url)
    monkeypatch.setattr(core.directory, "hls", lambda name: url)
    assert (await member.wait_for("show_state"))["show"]["hls"] == url


async def test_a_room_that_is_not(shop):
    from commerce.errors import NotFound  # noqa: PLC0415

    with pytest.raises(NotFound):
        await shop.node.core.studio.on_now("nowhere")
