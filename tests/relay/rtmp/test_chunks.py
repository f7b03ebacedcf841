from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadRtmp
from relay.rtmp.buffer import Buffer
from relay.rtmp.chunks import ChunkReader, Limits, write
from relay.rtmp.messages import Message

LIMITS = Limits(message_bytes_max=10_000, command_bytes_max=2_000, chunk_streams_max=4, partial_bytes_max=15_000)


def feed(pieces: list[bytes], chunk_bytes: int = 128, limits: Limits = LIMITS) -> list[Message]:
    """All messages of a chunk stream that comes in those pieces."""
    buffer = Buffer()
    reader = ChunkReader(buffer, limits)
    reader.chunk_bytes = chunk_bytes
    found: list[Message] = []

    def parse() -> Generator[None, None, None]:
        while True:
            found.append((yield from reader.read()))

    parser = parse()
    for piece in pieces:
        buffer.feed(piece)
        next(parser)
    return found


def read(data: bytes, step: int = 1 << 20, chunk_bytes: int = 128, limits: Limits = LIMITS) -> list[Message]:
    """The same in pieces of `step` bytes."""
    return feed([data[at : at + step] for at in range(0, len(data), step)], chunk_bytes, limits)


def head(number: int, kind: int, timestamp: int, length: int, stream: int = 1) -> bytes:
    """A type-0 header of a video or audio message."""
    return (
        bytes((number,))
        + timestamp.to_bytes(3, "big")
        + length.to_bytes(3, "big")
        + bytes((kind,))
        + stream.to_bytes(4, "little")
    )


# What comes in (5.3.1.2), and the time stamps and bodies that must come out.
HEADERS = {
    "type 0, then type 1 with delta and new length": (
        head(6, 9, 1000, 2) + b"ab" + b"\x46\x00\x00\x28\x00\x00\x03\x09" + b"cde",
        [(1000, b"ab"), (1040, b"cde")],
    ),
    "type 2 keeps length and kind": (
        head(6, 9, 1000, 2) + b"ab" + b"\x86\x00\x00\x28" + b"cd",
        [(1000, b"ab"), (1040, b"cd")],
    ),
    "type 3 repeats the delta of a type 2": (
        head(6, 9, 1000, 2) + b"ab" + b"\x86\x00\x00\x28" + b"cd" + b"\xc6" + b"ef",
        [(1000, b"ab"), (1040, b"cd"), (1080, b"ef")],
    ),
    "type 3 after type 0 has no delta": (head(6, 9, 1000, 2) + b"ab" + b"\xc6" + b"cd", [(1000, b"ab"), (1000, b"cd")]),
    "type 1 begins a chunk stream (librtmp)": (b"\x46\x00\x00\x05\x00\x00\x01\x09" + b"a", [(5, b"a")]),
    "an empty message": (head(6, 9, 7, 0) + head(6, 9, 8, 1) + b"a", [(7, b""), (8, b"a")]),
    "a two-byte basic header": (b"\x00\x05" + head(0, 9, 1, 1)[1:] + b"a", [(1, b"a")]),
    "a three-byte basic header": (b"\x01\x05\x01" + head(0, 9, 1, 1)[1:] + b"a", [(1, b"a")]),
    "an extended time stamp": (
        b"\x06\xff\xff\xff\x00\x00\x01\x09\x01\x00\x00\x00" + b"\x01\x00\x00\x05" + b"a",
        [(0x0100_0005, b"a")],
    ),
    "0xFFFFFF itself is extended": (
        b"\x06\xff\xff\xff\x00\x00\x01\x09\x01\x00\x00\x00\x00\xff\xff\xff" + b"a",
        [(0xFFFFFF, b"a")],
    ),
    "an extended delta, repeated by type 3": (
        head(6, 9, 1, 1) + b"a" + b"\x86\xff\xff\xff\x01\x00\x00\x00" + b"b" + b"\xc6\x01\x00\x00\x00" + b"c",
        [(1, b"a"), (0x0100_0001, b"b"), (0x0200_0001, b"c")],
    ),
    "time wraps": (
        b"\x06\xff\xff\xff\x00\x00\x01\x09\x01\x00\x00\x00\xff\xff\xff\xf0" + b"a" + b"\x86\x00\x00\x20" + b"b",
        [(0xFFFFFFF0, b"a"), (0x10, b"b")],
    ),
}


@pytest.mark.parametrize(("data", "expected"), HEADERS.values(), ids=HEADERS)
def test_headers(data: bytes, expected: list[tuple[int, bytes]]) -> None:
    for step in (1, len(data)):
        assert [(message.timestamp, message.body) for message in read(data, step)] == expected


@pytest.mark.parametrize("repeats", [b"\x01\x00\x00\x05", b""], ids=["repeated", "left out"])
def test_extended_time_stamps_inside_a_message(repeats: bytes) -> None:
    body = bytes(range(200))
    data = (
        b"\x06\xff\xff\xff\x00\x00\xc8\x09\x01\x00\x00\x00\x01\x00\x00\x05"
        + body[:128]
        + b"\xc6"
        + repeats
        + body[128:]
    )
    for step in (1, 5, len(data)):
        (message,) = read(data, step)
        assert (message.timestamp, message.body) == (0x0100_0005, body)


def test_interleaved_chunk_streams() -> None:
    video = list(write(Message(9, 5, 1, bytes(range(250)) + bytes(50)), 6, 128))
    audio = list(write(Message(8, 6, 1, b"A" * 200), 4, 128))
    data = video[0] + audio[0] + video[1] + audio[1] + video[2]
    for step in (1, 3, len(data)):
        assert [(message.kind, len(message.body)) for message in read(data, step)] == [(8, 200), (9, 300)]


def test_a_session_split_at_every_offset() -> None:
    sent = [Message(9, 0x2000000, 1, bytes(range(256)) * 2), Message(8, 7, 1, b"x" * 129), Message(20, 0, 0, b"c")]
    data = b"".join(b"".join(write(message, number, 128)) for number, message in zip((6, 4, 3), sent, strict=True))
    for cut in range(1, len(data)):
        assert feed([data[:cut], data[cut:]]) == sent


messages = st.builds(
    Message,
    st.sampled_from([8, 9, 18, 20]),
    st.integers(0, 0xFFFF_FFFF),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=900),
)


@given(st.lists(messages, max_size=6), st.integers(1, 400), st.integers(1, 1000), st.integers(2, 63))
def test_what_is_written_is_read(sent: list[Message], chunk_bytes: int, step: int, number: int) -> None:
    data = b"".join(b"".join(write(message, number, chunk_bytes)) for message in sent)
    assert read(data, step, chunk_bytes) == sent


def test_type_1_goes_on_inside_a_message_of_the_same_length() -> None:
    data = head(6, 9, 10, 200) + bytes(128) + b"\x46\x00\x00\x00\x00\x00\xc8\x09" + bytes(72)
    assert read(data) == [Message(9, 10, 1, bytes(200))]


def test_an_aborted_message_is_forgotten() -> None:
    buffer = Buffer()
    reader = ChunkReader(buffer, LIMITS)
    buffer.feed(head(6, 9, 10, 200) + bytes(128))
    next(reader.read())
    reader.abort(6)
    reader.abort(7)
    buffer.feed(head(6, 9, 20, 1) + b"a")
    with pytest.raises(StopIteration) as stop:
        next(reader.read())
    assert stop.value.value == Message(9, 20, 1, b"a")


REFUSED = {
    "type 2 begins a chunk stream": (b"\x86\x00\x00\x05", "begins with a header of type 2"),
    "type 3 begins a chunk stream": (b"\xc6", "begins with a header of type 3"),
    "a fifth chunk stream": (b"".join(head(n, 9, 0, 1) + b"a" for n in range(3, 8)), "more than 4 chunk streams"),
    "a huge frame": (head(6, 9, 0, 10_001), "10001 bytes, more than 10000"),
    "a huge command": (head(3, 20, 0, 2_001), "2001 bytes, more than 2000"),
    "type 0 inside a message": (head(6, 9, 0, 200) + bytes(128) + head(6, 9, 0, 200), "inside another"),
    "another length inside a message": (
        head(6, 9, 0, 200) + bytes(128) + b"\x46\x00\x00\x00\x00\x00\xc9\x09",
        "changes the length",
    ),
}


@pytest.mark.parametrize(("data", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(data: bytes, problem: str) -> None:
    for step in (1, len(data)):
        with pytest.raises(BadRtmp, match=problem):
            read(data, step)


def test_unfinished_messages_are_limited_together() -> None:
    data = b"".join(head(n, 9, 0, 10_000) + bytes(8_000) for n in (4, 5))
    with pytest.raises(BadRtmp, match="unfinished"):
        read(data, chunk_bytes=8_000)


def test_finished_messages_do_not_count() -> None:
    one = b"".join(write(Message(9, 0, 1, bytes(9_000)), 6, 128))
    assert len(read(one * 10, 1000)) == 10
