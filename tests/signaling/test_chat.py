import pytest

from config.settings import RoomSettings
from signaling.chat import MARKS_MAX, ChatRules, clean
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
        ("buy \u202egnp.exe\u202c", "buy gnp.exe"),  # would be read backwards
        ("\u2066a\u2069\u200fb\u061c", "ab"),
        ("ze\u200bro\ufeff wi\u2060dth\u00ad", "zero width"),
        ("z" + "\u0336\u0337\u0338" * 40 + "algo", "z\u0336\u0337\u0338\u0336algo"),
        ("z" + "\u0336\u200b\u0337\u200d" * 40 + "!", None),
        ("สวัสดีครับ", "สวัสดีครับ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️",
        ),
    ],
)
def test_a_line_is_one_line_without_control_characters(said, shown):
    if shown is None:  # marks do not pile up around what has no width
        assert sum(char in "\u0336\u0337" for char in clean(said)) == MARKS_MAX
    else:
        assert clean(said) == shown


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "\x00\x01", "\u200b", "\u200d\u200c", "\u3164 \u2800", "\ufe0f", "\u202e\u0301"]
)
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
