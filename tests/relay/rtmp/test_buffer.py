from collections.abc import Generator

import pytest

from relay.rtmp.buffer import Buffer


def finish(parser: Generator[None, None, bytes]) -> bytes:
    with pytest.raises(StopIteration) as stop:
        next(parser)
    value = stop.value.value
    assert isinstance(value, bytes)
    return value


def test_take_waits_for_all_of_it() -> None:
    buffer = Buffer()
    parser = buffer.take(3)
    next(parser)
    buffer.feed(b"ab")
    next(parser)
    buffer.feed(b"cd")
    assert finish(parser) == b"abc"
    assert buffer.left == 1


def test_peek_leaves_it_there() -> None:
    buffer = Buffer()
    buffer.feed(b"abc")
    assert finish(buffer.peek(2)) == b"ab"
    assert finish(buffer.take(3)) == b"abc"


def test_what_was_read_is_let_go() -> None:
    buffer = Buffer()
    for _ in range(100):
        buffer.feed(bytes(1000))
        finish(buffer.take(1000))
    assert len(buffer.data) <= 1000
