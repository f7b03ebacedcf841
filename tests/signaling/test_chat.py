import pytest

from config.settings import RoomSettings
from signaling.chat import ChatRules, clean
from signaling.errors import BadMessage, TooMany
from signaling.limits import Bucket


def room(per_second: float = 1000.0) -> Bucket:
    return Bucket(per_second, max(1.0, per_second), 0.0)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  hello \n there\t", "hello there"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("宝贝\u3000很好", "宝贝 很好"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("\u2028line\u2029", "line"),
    ],
)
def test_a_line_is_one_line_without_control_characters(said, shown):
    assert clean(said) == shown


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01"])
def test_nothing_is_not_said(text):
    with pytest.raises(BadMessage) as raised:
        ChatRules(RoomSettings()).check("v", room(), text, 0.0)
    assert raised.value.field == "text"


def test_length_is_counted_in_bytes():
    rules = ChatRules(RoomSettings(chat_bytes_max=6))
    assert rules.check("v", room(), "好好", 0.0) == "好好"
    with pytest.raises(BadMessage):
        rules.check("v", room(), "好好x", 0.0)


def test_a_viewer_has_his_own_rate_in_all_windows():
    rules = ChatRules(RoomSettings(chat_burst=2, chat_per_second=1.0))
    for _ in range(2):
        rules.check("a", room(), "x", 0.0)
    with pytest.raises(TooMany) as raised:
        rules.check("a", room(), "x", 0.0)
    assert raised.value.retry_after == 1.0
    rules.check("b", room(), "x", 0.0)
    rules.check("a", room(), "x", 1.0)


def test_a_room_has_a_rate_too():
    rules, full = ChatRules(RoomSettings()), room(1.0)
    rules.check("a", full, "x", 0.0)
    with pytest.raises(TooMany):
        rules.check("b", full, "x", 0.0)
