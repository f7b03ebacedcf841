"""The LL-HLS rules (rfc8216bis) checked against what was served over HTTP to a player that follows a whole broadcast.

Each row asserts on the number of things it looked at, so that none can pass without having run.
"""

import asyncio
import gzip
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import av
import pytest

STEP_SECONDS = 0.1
ROUNDING = Decimal("0.000001")  # durations are written in microseconds


@dataclass
class Seen:
    """Everything a player was given, in order."""

    playlists: list = field(default_factory=list)
    deltas: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    parts: dict = field(default_factory=dict)
    bodies: dict = field(default_factory=dict)
    index: str = ""

    @property
    def last(self):
        return self.playlists[-1]

    @property
    def segments(self):
        """Every whole segment that was ever listed, as it was listed with most of its parts."""
        found = {}
        for playlist in self.playlists:
            for segment in playlist.whole:
                if segment.msn not in found or len(found[segment.msn].parts) <= len(segment.parts):
                    found[segment.msn] = segment
        return [found[msn] for msn in sorted(found)]


async def follow(live, clip, seconds, folder=""):
    """A player from the first part to the end: blocking reloads, hinted parts, deltas, whole segments."""
    seen = Seen()
    await live.feed(clip, until=0)
    at = 1.0
    while live.origin.url("show") is None:
        at += STEP_SECONDS
        await live.feed(until=at)
    msn, part = live.window.last_part
    seen.playlists.append(await live.media(f"?_HLS_msn={msn}&_HLS_part={part}", folder))
    while at < seconds:
        playlist = seen.last
        msn, part = playlist.next
        query = f"_HLS_msn={msn}&_HLS_part={part}"
        reload = asyncio.create_task(live.media(f"?{query}", folder))
        delta = asyncio.create_task(live.media(f"?{query}&_HLS_skip=YES", folder))
        hinted = asyncio.create_task(live.get(folder + playlist.hint))
        await live.held(3)
        while not live.window.has(msn, part) and at < seconds:
            at += STEP_SECONDS
            await live.feed(until=at)
        if not live.window.has(msn, part):
            for task in (reload, delta, hinted):
                task.cancel()
            break
        seen.playlists.append(await reload)
        seen.deltas.append(await delta)
        seen.hints.append(playlist.hint)
        seen.bodies[playlist.hint] = await (await hinted).read()
    await fetch_rest(live, seen, folder)
    return seen


async def fetch_rest(live, seen, folder):
    names = {part["URI"] for playlist in seen.playlists for part in playlist.parts}
    names |= {segment.uri for segment in seen.segments}
    names |= {segment.tag("#EXT-X-MAP").split('"')[1] for p in seen.playlists for segment in p.segments[:1]}
    for name in sorted(names - seen.bodies.keys()):
        seen.bodies[name] = await (await live.get(folder + name)).read()
    seen.index = await (await live.get("index.m3u8")).text()


@pytest.fixture(params=[("30", 60), ("30000/1001", 60), ("30", 300), ("30", 450)])
async def seen(request, live, make_clip):
    """Key frames every two, ten and fifteen seconds, and a frame rate that is no whole number."""
    rate, gop = request.param
    clip = make_clip(24, rate, gop)
    found = await follow(live, clip, 25)
    found.clip = clip
    found.clock = live.clock
    found.keys_every = round(gop / 30)
    return found


def duration(listed):
    return Decimal(listed["DURATION"])


async def test_rows_of_a_followed_broadcast(seen, read_fragments):
    """One broadcast is played once; every row reads what was served."""
    assert len(seen.playlists) >= 40
    row_1_part_durations(seen, read_fragments)
    row_1_fixed_numbers(seen)
    row_5_hints(seen)
    row_6_deltas(seen)
    row_7_where_parts_stand(seen)
    row_7_wall_clock(seen)
    row_9_bytes(seen)
    row_9_index(seen)
    row_9_decodes(seen)
    row_10_first(seen)
    playlists_only_grow(seen)
    segments_and_key_frames(seen)


def row_1_part_durations(seen, read_fragments):
    checked = 0
    for segment in seen.segments:
        assert not segment.parts or abs(sum(map(duration, segment.parts)) - segment.duration) <= 8 * ROUNDING
        for number, part in enumerate(segment.parts):
            video, *audio = read_fragments(seen.bodies[part["URI"]])
            exact = Fraction(video.duration, 90_000)
            assert abs(duration(part) - Decimal(exact.numerator) / exact.denominator) <= ROUNDING
            start = Fraction(video.decode_time + video.offsets[0], 90_000)
            reorder = Fraction(max(video.offsets), 90_000)
            for one in audio:
                assert abs(Fraction(one.decode_time, 48_000) - start) <= reorder + Fraction(1024, 48_000)
            assert duration(part) <= seen.last.part_target
            last = number == len(segment.parts) - 1
            assert last or duration(part) >= Decimal("0.85") * seen.last.part_target
            checked += 1
    assert checked >= 30


def row_1_fixed_numbers(seen):
    assert len({playlist.header["PART-INF"] for playlist in seen.playlists}) == 1
    assert len({playlist.target for playlist in seen.playlists if playlist.whole}) == 1
    assert {playlist.target for playlist in seen.playlists if not playlist.whole} == {2}
    assert seen.last.target == min(10, seen.keys_every)
    assert Decimal(seen.last.control["PART-HOLD-BACK"]) >= 3 * seen.last.part_target
    assert len(seen.segments) >= 20 // seen.keys_every
    assert all(round(segment.duration) <= seen.last.target for segment in seen.segments)


def row_5_hints(seen):
    """What was hinted is what came next, in its place."""
    assert len(seen.hints) >= 40
    for hint, after in zip(seen.hints, seen.playlists[1:], strict=True):
        assert hint in [part["URI"] for part in after.parts]
    assert all(len(playlist.hints) == 1 for playlist in seen.playlists)


def row_6_deltas(seen):
    assert all(Decimal(one.control["CAN-SKIP-UNTIL"]) >= 6 * one.target for one in seen.playlists)
    skipping = 0
    for delta, full in zip(seen.deltas, seen.playlists[1:], strict=True):
        assert (delta.media_sequence, delta.hint) == (full.media_sequence, full.hint)
        assert [s.msn for s in delta.segments] == [s.msn for s in full.segments[delta.skipped :]]
        assert [s.parts for s in delta.segments] == [s.parts for s in full.segments[delta.skipped :]]
        assert int(delta.header["VERSION"]) >= 9
        kept = sum(segment.duration for segment in delta.whole) + sum(map(duration, open_parts(delta)))
        assert not delta.skipped or kept >= 6 * seen.last.target
        skipping += delta.skipped > 0
    assert skipping >= (10 if seen.keys_every == 2 else 0)


def row_7_where_parts_stand(seen):
    without = 0
    for playlist in seen.playlists:
        from_end = sum(map(duration, open_parts(playlist)))
        for segment in reversed(playlist.whole):
            if from_end < 3 * playlist.target:
                assert segment.parts
            else:
                assert not segment.parts
                without += 1
            from_end += segment.duration
        assert playlist.segments[0].tag("#EXT-X-MAP")
        assert all(segment.tag("#EXT-X-PROGRAM-DATE-TIME") for segment in playlist.segments)
    assert without >= (100 if seen.keys_every == 2 else 0)


def open_parts(playlist):
    return [] if playlist.segments[-1].uri else playlist.segments[-1].parts


def row_7_wall_clock(seen):
    """The first picture's wall clock is when it came in, and from there time goes on without a step."""
    first = next(packet for packet in seen.clip.packets if packet.key and packet.track.kind == "video")
    begin = datetime.fromtimestamp(seen.clock.started + first.received_ns / 1e9, UTC)
    elapsed = Decimal()
    for segment in seen.segments:
        assert abs((segment.pdt - begin).total_seconds() - float(elapsed)) < 0.002
        elapsed += segment.duration
    assert elapsed > 14


def row_9_bytes(seen):
    checked = 0
    for segment in seen.segments:
        if segment.parts:
            whole = b"".join(seen.bodies[part["URI"]] for part in segment.parts)
            assert whole == seen.bodies[segment.uri]
            checked += 1
    assert checked >= 20 // seen.keys_every


def row_9_index(seen):
    line = next(line for line in seen.index.splitlines() if line.startswith("#EXT-X-STREAM-INF"))
    config = next(track.config for track in seen.clip.tracks if track.kind == "video")
    assert f'CODECS="avc1.{config[1:4].hex()},mp4a.40.2"' in line
    assert "RESOLUTION=320x180" in line
    rate = Decimal(line.split("FRAME-RATE=")[1])
    pictures = [packet.dts for packet in seen.clip.of("video")]
    true = 90_000 * (len(pictures) - 1) / (pictures[-1] - pictures[0])
    assert abs(float(rate) - true) < 0.01
    bandwidth = int(line.split("BANDWIDTH=")[1].split(",")[0])
    whole = [s for s in seen.segments if 2 * s.duration >= seen.last.target]
    peak = max(8 * len(seen.bodies[segment.uri]) / segment.duration for segment in whole)
    assert peak <= bandwidth <= peak * Decimal("1.25")


def row_9_decodes(seen):
    """An independent reader plays the whole broadcast from its segments, every picture of it."""
    name = seen.segments[0].tag("#EXT-X-MAP").split('"')[1]
    data = seen.bodies[name] + b"".join(seen.bodies[segment.uri] for segment in seen.segments)
    with av.open(io.BytesIO(data)) as container:
        shown = [frame.pts for frame in container.decode(video=0)]
    count = round(float(sum(segment.duration for segment in seen.segments)) * float(len(seen.clip.of("video"))) / 24)
    assert abs(len(shown) - count) <= 1
    assert shown == sorted(shown)


def row_10_first(seen):
    """The first playlist had one part and no segment."""
    assert (len(seen.playlists[0].parts), seen.playlists[0].whole) == (1, [])


def playlists_only_grow(seen):
    """6.2.1: only appended to and cut off at the front; sequence numbers never go back."""
    for before, after in zip(seen.playlists, seen.playlists[1:], strict=False):
        assert after.media_sequence >= before.media_sequence
        listed = {segment.msn: segment.uri for segment in after.whole}
        for segment in before.whole:
            assert segment.msn < after.media_sequence or listed[segment.msn] == segment.uri
        assert before.header["DISCONTINUITY-SEQUENCE"] == after.header["DISCONTINUITY-SEQUENCE"]


def segments_and_key_frames(seen):
    """INDEPENDENT parts begin with a key frame, all of them are marked, and the claim is made only while it is true."""
    keys = sum(packet.key for packet in seen.clip.of("video"))
    marked = {part["URI"] for playlist in seen.playlists for part in playlist.parts if "INDEPENDENT" in part}
    assert keys - 1 <= len(marked) <= keys
    begins = {segment.parts[0]["URI"] for segment in seen.segments if segment.parts}
    assert (begins <= marked) == seen.last.independent == (seen.keys_every <= 10)


@pytest.mark.parametrize("folder", ["video/", "144p/"])
async def test_rows_of_a_followed_rung(serving, make_clip, read_fragments, folder):
    """The same rows for a rendition beside others, and one encoded here."""
    clip = make_clip(24)
    async with serving(ladder=("144p:200",)) as live:
        seen = await follow(live, clip, 25, folder)
    seen.clip, seen.clock, seen.keys_every = clip, live.clock, 2
    assert len(seen.playlists) >= 40
    row_1_part_durations(seen, read_fragments)
    row_1_fixed_numbers(seen)
    row_5_hints(seen)
    row_6_deltas(seen)
    row_6_reports(seen)
    row_7_where_parts_stand(seen)
    row_7_wall_clock(seen)
    row_9_bytes(seen)
    row_9_decodes(seen)
    playlists_only_grow(seen)
    segments_and_key_frames(seen)


def row_6_reports(seen):
    """One report for each other rendition; none of them is ever ahead by more than the part that was just made."""
    checked = 0
    for playlist in seen.playlists:
        assert len(playlist.reports) == 2 and len({one["URI"] for one in playlist.reports}) == 2
        msn, part = playlist.next
        for report in playlist.reports:
            after = int(report["LAST-MSN"]), int(report["LAST-PART"]) + 1
            assert (msn - 1, 0) <= after <= (msn + 1, 1), "where it is, or one part on; the index may begin anew"
            checked += part > 0 and after == (msn, part)
    assert checked >= 20


async def test_the_gzipped_text_is_the_plain_one(live, clip):
    await live.feed(clip)
    for name in ("index.m3u8", "media.m3u8", "media.m3u8?_HLS_skip=v2"):
        plain = await (await live.get(name)).read()
        zipped = await (await live.get(name, **{"Accept-Encoding": "gzip"})).read()
        assert gzip.decompress(zipped) == plain


async def test_parts_stay_fetchable_after_they_left_the_playlist(live, make_clip):
    """Row 7: three target durations and more."""
    clip = make_clip(24)
    await live.feed(clip, until=12)
    listed = [part["URI"] for part in (await live.media()).parts]
    await live.feed(until=12 + 6 + 6)
    gone = set(listed) - {part["URI"] for part in (await live.media()).parts}
    assert len(gone) >= 12
    for name in gone:
        await live.get(name)


async def test_segments_stay_fetchable_for_as_long_as_the_playlist_was(live, make_clip):
    """6.2.2: a segment's bytes outlive its entry by its duration and that of the longest playlist it was in."""
    first = make_clip(24)
    await live.feed(first)
    oldest = (await live.media()).whole[0]
    await live.feed(first.again(24), until=24 + 20)
    assert (await live.media()).media_sequence > oldest.msn
    await live.get(oldest.uri)


async def test_settings_are_checked_against_the_rules(serving, make_clip):
    with pytest.raises(ValueError, match="twice"):
        async with serving(part_ms_target=1_000, segment_ms_target=1_500):
            pass
    async with serving(part_ms_target=200, segment_ms_target=1_000) as live:
        await live.feed(make_clip(24), until=8)
        playlist = await live.media()
        assert (playlist.part_target, playlist.target) == (Decimal("0.2"), 2), "key frames are two seconds apart"
        assert playlist.control["PART-HOLD-BACK"] == "0.600"
        inner = [part for segment in playlist.whole for part in segment.parts[:-1]]
        assert len(inner) >= 9
        assert all(Decimal("0.17") <= duration(part) <= Decimal("0.2") for part in inner)
