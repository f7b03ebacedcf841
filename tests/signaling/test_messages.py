import json
from datetime import UTC, datetime

import pytest

from signaling.bus import Entry, placed
from signaling.lane import CHAT_BODY
from signaling.messages import CLIENT_MESSAGE, SERVER_MESSAGE, ChatLine, Dropped, ErrorMessage, Speaker, StockChanged

LINE = ChatLine.new(Speaker(id="v1", name="Ann"), "hi", "c1", datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC))


def test_a_line_as_it_stands_in_the_contract():
    assert json.loads(placed(Entry("e", 3, 0.0, LINE.body()))) == {
        "type": "chat",
        "stream": "room",
        "epoch": "e",
        "offset": 3,
        "at": "2026-01-02T03:04:05.678Z",
        "from": {"id": "v1", "name": "Ann"},
        "text": "hi",
        "id": "c1",
    }


def test_bodies_begin_with_their_type():
    assert LINE.body().startswith(CHAT_BODY)
    assert StockChanged(sku="s", free=1).body().startswith(b'{"type":"stock"')


@pytest.mark.parametrize(
    "message",
    [LINE, Dropped(start=3, end=5, count=3), ErrorMessage(field="text", detail="x", retry_after=1.5)],
)
def test_what_is_sent_can_be_read_by_its_model(message):
    assert SERVER_MESSAGE.validate_json(message.encode()) == message


def test_both_ways_are_described():
    assert {each["$ref"] for each in CLIENT_MESSAGE.json_schema()["oneOf"]} >= {"#/$defs/Hello", "#/$defs/Chat"}
    assert "#/$defs/Snapshot" in {each["$ref"] for each in SERVER_MESSAGE.json_schema()["oneOf"]}
