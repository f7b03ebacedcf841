import pytest

from bench.member import Member
from signaling import frames

LINE = b'{"type":"chat","stream":"room","text":"hello"}'
LONG = b'{"type":"chat","stream":"room","text":"' + b"x" * 70_000 + b'"}'
OTHER = b'{"type":"presence","viewers":3}'
DROPPED = b'{"type":"dropped","count":2}'
WIRE = b"".join(map(frames.text, (LINE, OTHER, LONG, DROPPED, LINE)))


@pytest.mark.parametrize("step", [1, 7, 1000, len(WIRE)])
async def test_frames_are_counted_however_they_are_cut(step):
    member = Member(b"")
    member.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    for start in range(0, len(WIRE), step):
        member.data_received(WIRE[start : start + step])
    assert (member.lines, member.others, member.dropped) == (3, 1, 1)


async def test_a_refused_socket_is_an_error():
    member = Member(b"")
    member.data_received(b"HTTP/1.1 404 Not Found\r\n\r\n")
    with pytest.raises(ConnectionError):
        await member.opened()


async def test_a_frame_of_several_lines_counts_for_each():
    member = Member(b"")
    pushed = b'{"push":{"channel":"hall","pub":{"data":{"type":"chat","text":"a"}}}}'
    member.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frames.text(pushed + b"\n" + pushed))
    assert member.lines == 2
