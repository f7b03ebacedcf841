"""Decoding alone; what messages do is tested through the socket in test_ws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.dispatch import decode
from signaling.errors import BadMessage
from signaling.messages import Chat, Hello, Likes, Ping, Place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"ping"}', Ping(type="ping")),
        ('{"type":"likes","count":3}', Likes(type="likes", count=3)),
        ('{"type":"chat","id":"1","text":"\\u597d"}', Chat(type="chat", id="1", text="好")),
        (
            '{"type":"hello","room_since":{"epoch":"e","offset":4},"show_since":null}',
            Hello(type="hello", room_since=Place(epoch="e", offset=4)),
        ),
    ],
)
def test_messages(text, message):
    assert decode(text, 1000) == message


@given(st.text(max_size=300) | st.text(alphabet='{}[]":,typehlocat0123 \\', max_size=200))
def test_only_bad_message_escapes(text):
    try:
        decode(text, 1000)
    except BadMessage as error:
        assert error.detail


@pytest.mark.parametrize("text", ["x" * 1001, "好" * 400])
def test_size_is_counted_in_bytes(text):
    with pytest.raises(BadMessage, match="longer than 1000 bytes"):
        decode(text, 1000)


def test_a_lone_surrogate_is_no_text():
    with pytest.raises(BadMessage):
        decode('{"type":"chat","id":"1","text":"\\ud800"}', 1000)
