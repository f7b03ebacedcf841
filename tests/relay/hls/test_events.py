"""Marks in what is served: tags read from the playlists, boxes from the media."""

import base64
import io
import struct
from datetime import datetime

import av
import pytest

from relay.hls.events import SCHEME, Events, emsg
from relay.marks import Mark


def boxes_of(data):
    """The event boxes at the top of a file (ISO/IEC 23009-1, 5.10.3.3): (seconds, value, message)."""
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"emsg":
            version, scale, time, duration, _ = struct.unpack_from(">B3xIQII", data, at + 8)
            scheme, value, message = data[at + 32 : at + size].split(b"\0", 2)
            assert (version, scheme.decode(), duration) == (1, SCHEME, 0)
            found.append((time / scale, value.decode(), message))
        at += size
    assert at == len(data)
    return found


async def bodies(live, playlist, folder=""):
    return {part["URI"]: await (await live.get(folder + part["URI"])).read() for part in playlist.parts}


async def test_a_mark_is_in_the_playlist_and_in_its_part(live, clip):
    await live.feed(clip, until=4.2)
    live.broadcast.mark("pin-7", b'{"product":"7"}')
    live.broadcast.mark("later", b"\0\xff", 5.25)
    await live.feed(until=7)
    playlist = await live.media()
    first, second = playlist.ranges
    at = datetime.fromisoformat(first["START-DATE"])
    seconds = float(first["X-MEDIA-TIME"])
    assert (first["ID"], first["CLASS"], first["DURATION"]) == ("pin-7", SCHEME, "0.000")
    assert base64.b64decode(first["X-PAYLOAD"]) == b'{"product":"7"}'
    assert base64.b64decode(second["X-PAYLOAD"]) == b"\0\xff"
    begun = next(one for one in reversed(playlist.segments) if one.pdt <= at)
    assert begun.pdt <= at < begun.pdt.fromtimestamp(begun.pdt.timestamp() + float(begun.duration), begun.pdt.tzinfo)
    by_part = {name: found for name, data in (await bodies(live, playlist)).items() if (found := boxes_of(data))}
    assert sorted(found for part in by_part.values() for found in part) == [
        (pytest.approx(seconds, abs=1e-4), "pin-7", b'{"product":"7"}'),
        (5.25, "later", b"\0\xff"),
    ]
    (name,) = [name for name, found in by_part.items() if found[0][1] == "later"]
    segment = next(one for one in playlist.segments if any(part["URI"] == name for part in one.parts))
    began = (segment.pdt - playlist.segments[0].pdt).total_seconds() + 1 + 0.0667
    for part in segment.parts:
        ends = began + float(part["DURATION"])
        assert (part["URI"] == name) == (began <= 5.25 < ends)
        began = ends


async def test_boxes_do_not_disturb_readers(live, clip):
    await live.feed(clip, until=4.2)
    for number in range(10):
        live.broadcast.mark(f"pin-{number}", b"x" * 100)
    await live.feed()
    playlist = await live.media()
    init = playlist.segments[0].tag("#EXT-X-MAP").split('"')[1]
    names = [init, *(one.uri for one in playlist.whole)]
    data = b"".join([await (await live.get(name)).read() for name in names])
    assert len(boxes_of(data)) == 10
    with av.open(io.BytesIO(data)) as container:
        assert len(list(container.decode(video=0))) >= 240


async def test_a_mark_leaves_with_its_segment_and_never_changes(live, make_clip):
    clip = make_clip(24)
    await live.feed(clip, until=3.2)
    live.broadcast.mark("early", b"1")
    seen, there = set(), 0
    for until in range(4, 25):
        await live.feed(until=until)
        playlist = await live.media()
        oldest = playlist.segments[0].pdt
        for one in playlist.ranges:
            seen.add(tuple(sorted(one.items())))
            there += 1
            segment = playlist.segments[0]
            assert datetime.fromisoformat(one["START-DATE"]) >= segment.pdt
    assert len(seen) == 1 and there >= 10
    await live.feed(clip.again(24), until=36)
    playlist = await live.media()
    assert playlist.segments[0].pdt > oldest and playlist.ranges == []


async def test_full_and_delta_have_the_same_marks(live, make_clip):
    await live.feed(make_clip(24), until=20)
    live.broadcast.mark("now", b"")
    await live.feed(until=24)
    full, delta = await live.media(), await live.media("?_HLS_skip=YES")
    assert delta.skipped and full.ranges == delta.ranges and len(full.ranges) == 1


async def test_every_rendition_has_them(serving, clip):
    async with serving(ladder=("144p:200",)) as live:
        await live.feed(clip, until=4.2)
        await live.media(folder="144p/")
        live.broadcast.mark("pin", b"7", 5.0)
        await live.feed()
        rung = await live.settled("144p/")
        ranges = [(await live.media(folder=folder)).ranges for folder in ("", "video/", "audio/")]
        assert ranges == [rung.ranges] * 3 and len(rung.ranges) == 1
        source = boxes_of(b"".join((await bodies(live, await live.media(folder="video/"), "video/")).values()))
        assert source == boxes_of(b"".join((await bodies(live, rung, "144p/")).values())) == [(5.0, "pin", b"7")]


async def test_marks_before_the_first_part_wait_for_the_clock(live, clip):
    live.broadcast.mark("first", b"", 2.0)
    await live.feed(clip, until=4.2)
    (one,) = (await live.media()).ranges
    assert datetime.fromisoformat(one["START-DATE"]).timestamp() == pytest.approx(live.clock.started + 2.0, abs=0.1)


async def test_who_left_is_not_told_any_more(live, clip):
    await live.feed(clip, until=4.2)
    assert live.broadcast.marks._listeners
    await live.origin.close("show")
    assert live.broadcast.marks._listeners == ()


def test_a_mark_on_an_older_stretch_has_the_clock_of_that_stretch():
    class Segment:
        def __init__(self, start, unix):
            self.start, self.unix = start, unix

    events = Events()
    events.anchor(1_000.0, 0)
    events.anchor(5_000.0, 20)
    segments = [Segment(16, 1_016.0), Segment(18, 1_018.0), Segment(20, 5_020.0)]
    for seconds in (19, 21, 25):
        events.add(Mark(str(seconds), b"", seconds), segments)
    assert [one.unix for one in events.dated] == [1_019.0, 5_021.0, 5_025.0]
    assert boxes_of(emsg(Mark("a", b"b", 0.5))) == [(0.5, "a", b"b")]
    assert [len(boxes_of(events.boxes(until))) for until in (20, 20, 30, 40)] == [1, 0, 2, 0]
