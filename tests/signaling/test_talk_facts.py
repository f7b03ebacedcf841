import json

import pytest

from commerce import commands, events
from signaling.houses import house_stream
from signaling.rooms import room_stream, show_stream
from signaling.talk_facts import TalkFacts

VIEWER = "v" * 16
HOUSE, SHOW, NORTH = house_stream(1), show_stream(1), room_stream("north")


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (events.WordsChanged(1), [(HOUSE, "words")]),
        (events.RestrictionChanged(1, VIEWER, None, False), [(HOUSE, "restriction")]),
        (events.RestrictionChanged(1, VIEWER, None, True), [(HOUSE, "restriction"), (SHOW, "removed")]),
        (events.RestrictionChanged(1, VIEWER, "north", True), [(HOUSE, "restriction"), (NORTH, "removed")]),
        (events.ViewerErased(1, VIEWER), [(HOUSE, "erased"), (SHOW, "removed")]),
        (events.LineRemoved(1, "north", "e", 3), [(NORTH, "removed")]),
        (events.LineApproved(1, "north", "h", VIEWER, "Ann", "1", "hello"), [(NORTH, "chat")]),
        (events.QuestionAnswered(1, "north", "q", VIEWER, "Ann", "?", "!"), [(NORTH, "answer")]),
        (events.Announced(1, "a", "hello"), [(SHOW, "announcement")]),
    ],
)
async def test_who_hears_what(shop, fact, told):
    found = await TalkFacts(shop.node.commerce).told(fact)
    assert [(each.stream, json.loads(each.body)["type"]) for each in found] == told


async def test_a_rule_goes_to_its_room_or_to_all_once(shop):
    merchant = shop.merchant.id
    await shop.do(commands.SetRule(merchant, "hq", "north", slow_seconds=5))
    facts = TalkFacts(shop.node.commerce)
    (_, (stream, body, _)) = await facts.told(events.RulesChanged(merchant, "north"))
    assert (stream, json.loads(body)["rule"]["slow_seconds"]) == (room_stream("north"), 5)
    (_, (stream, body, _)) = await facts.told(events.RulesChanged(merchant, None))
    assert (stream, json.loads(body)["stream"]) == (show_stream(merchant), "show")
