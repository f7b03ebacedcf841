"""Why a customer, or an order, is whose it is: the same answer every time, in both languages."""

import json

import pytest

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.commands.earning import SetStaff
from commerce.commands.partners import Rebind
from commerce.errors import Invalid, NotFound
from commerce.questions import channels
from commerce.store.ids import public_id
from commerce.why import WORDS, why_customer, why_order
from tests.commerce.customers.people import Phone


async def test_the_story_of_a_customer_who_was_taken_over(money):
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.lock(LockRule(mode="last_touch", protection=1))
    first = await money.sold(viewer, money.shop.room_b)
    before = await money.ask(why_order, money.merchant, first.order, "en")
    assert (before["clause"], before["agrees"], before["owner"]) == ("bound", True, money.shop.store_a.channel)
    assert "He was Store A's customer when he ordered, by a valid binding: he stays Store A's." in before["words"]
    assert "The order was placed in the room of Store B." in before["words"]
    assert "Store A earns 9.90 CNY (order, frozen)." in before["words"]
    found = await money.ask(why_customer, money.merchant, viewer, "en")
    assert [event["kind"] for event in found["events"]] == ["touch", "binding", "touch"]
    assert found["channel"] == money.shop.store_a.channel
    assert found["words"][0] == "2027-01-15 16:00:00 entered the room of Store A."


@pytest.mark.parametrize(
    ("rule", "zh", "en", "paid"),
    [
        (LockRule(), "佣金计给Store A。", "credited to Store A.", {"Store A": "9.90"}),
        (
            LockRule(conflict="room_wins"),
            "佣金计给Store B，客户仍归Store A。",
            "credited to Store B, and he stays a customer of Store A.",
            {"Store B": "9.90"},
        ),
        (
            LockRule(conflict="split", split_owner=1, split_room=3),
            "佣金由Store A与Store B按 1 : 3 分。",
            "shared by Store A and Store B, 1 : 3.",
            {"Store A": "2.48", "Store B": "7.42"},
        ),
    ],
    ids=["owner_wins", "room_wins", "split"],
)
async def test_who_is_credited_where_owner_and_room_differ(money, rule, zh, en, paid):
    viewer = public_id()
    await money.lock(rule)
    await money.shop.enter(viewer)
    order, own = [(await money.sold(viewer, room)).order for room in (money.shop.room_b, money.shop.room_a)]
    for language, said in (("zh", zh), ("en", en)):
        words = (await money.ask(why_order, money.merchant, order, language))["words"]
        assert sum(word.endswith(said) for word in words) == 1
        unsaid = (await money.ask(why_order, money.merchant, own, language))["words"]
        assert len(unsaid) < len(words)
    earned = [word.split(" earns ") for word in words if " earns " in word]
    assert {party: amount.split()[0] for party, amount in earned} == paid
    told = await money.ask(why_order, money.merchant, order, "en", money.shop.store_b.channel)
    assert "Store A" not in json.dumps(told)


async def test_nothing_that_happens_later_changes_the_answer(money):
    viewer = public_id()
    order = await money.sold(viewer)
    asked = [await money.ask(why_order, money.merchant, order.order, language) for language in ("zh", "en")]
    await money.lock(LockRule(mode="per_broadcast", conflict="room_wins"))
    await money.execute(SetStaff(money.merchant, viewer, money.shop.store_b.channel))
    await money.shop.enter(viewer, money.shop.room_b)
    money.shop.clock.advance(1_000_000)
    assert [await money.ask(why_order, money.merchant, order.order, language) for language in ("zh", "en")] == asked


async def test_one_whom_nobody_brought_and_one_who_is_staff(money):
    house = await money.ask(why_order, money.merchant, (await money.sold(room=await house_room(money))).order, "zh")
    assert (house["clause"], house["lines"]) == ("house", [])
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.execute(SetStaff(money.merchant, viewer, money.shop.store_b.channel))
    own = await money.ask(why_order, money.merchant, (await money.sold(viewer)).order, "zh")
    assert own["clause"] == "own"
    assert "买家是Store B的员工：归Store B。" in own["words"]
    assert "原因：自己人购买。" in own["words"]


async def test_a_partner_is_not_told_who_another_is_nor_what_was_said_of_him(money):
    viewer, reader = public_id(), money.shop.store_a.channel
    await money.shop.enter(viewer)
    order = await money.sold(viewer)
    moved = Rebind(money.merchant, viewer, money.shop.store_b.channel, "asked at Store B", "boss")
    await money.execute(moved)
    for language in ("zh", "en"):
        told = await money.ask(why_customer, money.merchant, viewer, language, reader)
        asked = await money.ask(why_order, money.merchant, order.order, language, reader)
        for sign in ("Store B", money.shop.store_b.channel, "boss"):
            assert sign not in json.dumps((told, asked), ensure_ascii=False)
        assert (told["channel"], told["events"][-1]["kind"]) == (None, "binding")
    assert "became a customer of another partner (by headquarters)." in " ".join(told["words"])
    in_full = await money.ask(why_customer, money.merchant, viewer, "en")
    assert "(by hand, boss: asked at Store B)" in " ".join(in_full["words"])


async def test_whose_he_is_is_what_an_order_now_would_find(money):
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(mode="per_broadcast"))
    await shop.enter(viewer)
    during = await money.ask(why_customer, money.merchant, viewer, "en")
    assert (during["channel"], during["words"][-1]) == (shop.store_a.channel, "Valid for the broadcast of then only.")
    await shop.next_show()
    after = await money.ask(why_customer, money.merchant, viewer, "en")
    assert (after["channel"], after["words"][-1]) == (None, WORDS["en"]["nobody"])


async def test_two_viewers_who_are_one_are_so_since_he_logged_in(money):
    """A is older: he is A's since the login, and the log of B says why."""
    shop, one, two = money.shop, public_id(), public_id()
    await shop.enter(one)
    shop.clock.advance(86_400)
    await shop.enter(two, shop.room_b)
    await Phone(shop).log_in(two)
    shop.clock.advance(86_400)
    await Phone(shop).log_in(one)  # on 17 January
    story = await money.ask(why_customer, money.merchant, one, "en")
    assert [word for word in story["words"] if "logged in" in word] == [
        "2027-01-17 16:02:02 became a customer of Store A (he logged in: two viewers that are one)."
    ]
    assert [event["channel"] for event in story["events"] if event["kind"] == "binding"][-1] == shop.store_a.channel
    assert story["channel"] == shop.store_a.channel


@pytest.mark.parametrize(
    ("room", "said"),
    [
        ("b", "2027-01-16 16:02:02 he logged in: two viewers that are one, and the binding of the other one stayed."),
        ("a", "2027-01-16 16:02:02 he logged in: two viewers that are one, and the binding of the other one stayed."),
    ],
)
async def test_a_binding_that_lost_is_not_replaced_by_a_later_one(money, room, said):
    shop, one, two = money.shop, public_id(), public_id()
    await shop.enter(one)
    await Phone(shop).log_in(one)
    shop.clock.advance(86_400)
    await shop.enter(two, getattr(shop, f"room_{room}"))
    await Phone(shop).log_in(two)
    words = (await money.ask(why_customer, money.merchant, one, "en"))["words"]
    assert (words[-1], WORDS["en"]["ended"] in words) == (said, False)


async def house_room(money):
    return next(channel.room for channel in await money.ask(channels, money.merchant) if channel.house)


async def test_what_is_not_there_is_named(money):
    for question, given in ((why_order, "order"), (why_customer, "viewer")):
        with pytest.raises(NotFound, match=given):
            await money.ask(question, money.merchant, "0" * 16)
    order = await money.sold()
    with pytest.raises(Invalid, match="language"):
        await money.ask(why_order, money.merchant, order.order, "fr")
    await money.execute(c.NameViewer("a" * 16, money.shop.room_a, "Anna"))
    assert (await money.ask(why_customer, money.merchant, "a" * 16))["words"] == [WORDS["zh"]["nobody"]]


def test_both_languages_have_the_same_words():
    assert WORDS["zh"].keys() == WORDS["en"].keys()
