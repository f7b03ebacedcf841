"""A ladder over LL-HLS, served and read back: rungs start when somebody asks, and are cut where their source is."""

import asyncio
import io

import av
import pytest

RUNGS = ("144p:200", "120p:100")


def running(live):
    return live.origin.metrics.registry.get_sample_value("fenbo_ladder_rungs")


@pytest.fixture
async def climbing(serving):
    async with serving(ladder=RUNGS) as live:
        yield live


async def test_a_rung_begins_with_its_first_request_at_its_source_s_segment(climbing, clip):
    live = climbing
    await live.feed(clip, until=6.2)
    assert running(live) == 0, "nobody has asked"
    playlist = await live.media(folder="144p/")
    assert running(live) == 1
    source = await live.media(folder="video/")
    assert playlist.segments[0].msn == source.segments[-1].msn, "the segment that is open, from its start"
    assert playlist.parts[0]["INDEPENDENT"] == "YES"
    assert (await live.settled("144p/")).next == source.next


async def test_rung_and_source_have_the_same_numbers_times_and_key_frames(climbing, make_clip):
    live, clip = climbing, make_clip(10, rate="30000/1001", gop=45)
    await live.feed(clip, until=3)
    await live.media(folder="144p/")
    await live.feed()
    live.broadcast.end()
    await live.turn()
    rung, source = await live.settled("144p/"), await live.media(folder="video/")
    assert rung.ended and source.ended
    assert (rung.target, rung.part_target) == (source.target, source.part_target)
    theirs = {segment.msn: segment for segment in source.segments}
    parts = 0
    for segment in rung.segments:
        other = theirs[segment.msn]
        assert (segment.uri, segment.duration, segment.pdt) == (other.uri, other.duration, other.pdt)
        assert segment.parts == other.parts
        parts += len(segment.parts)
    assert parts >= 12 and any("INDEPENDENT" in part for part in rung.parts)
    assert rung.segments[-1].msn == source.segments[-1].msn


async def test_the_pictures_of_a_rung_are_those_of_the_source_smaller(climbing, clip, read_fragments):
    live = climbing
    await live.feed(clip, until=1.7)
    await live.media(folder="120p/")
    await live.feed()
    live.broadcast.end()
    await live.turn()
    shown = {}
    for folder in ("video/", "120p/"):
        playlist = await live.settled(folder)
        init = playlist.segments[0].tag("#EXT-X-MAP").split('"')[1]
        names = [init, *(segment.uri for segment in playlist.segments)]
        bodies = [await (await live.get(folder + name)).read() for name in names]
        for segment, body in zip(playlist.segments, bodies[1:], strict=True):
            ticks = sum(traf.duration for traf in read_fragments(body))
            assert abs(ticks / 90_000 - float(segment.duration)) < 1e-5, "declared is what is in it"
        with av.open(io.BytesIO(b"".join(bodies))) as container:
            shown[folder] = [(frame.pts, frame.width, frame.height) for frame in container.decode(video=0)]
    assert len(shown["120p/"]) == 300
    assert [pts for pts, *_ in shown["120p/"]] == [pts for pts, *_ in shown["video/"]]
    assert shown["120p/"][0][1:] == (214, 120)


async def test_segments_of_a_rung_are_its_parts_and_hints_are_kept(climbing, clip):
    live = climbing
    await live.feed(clip, until=4.2)
    await live.media(folder="144p/")
    hint = (await live.settled("144p/")).hint
    held = asyncio.create_task(live.get("144p/" + hint))
    await live.held()
    await live.feed(until=7.2)
    body = await (await held).read()
    playlist = await live.settled("144p/")
    assert hint in [part["URI"] for part in playlist.parts]
    checked = 0
    for segment in playlist.whole:
        parts = [await (await live.get("144p/" + part["URI"])).read() for part in segment.parts]
        assert b"".join(parts) == await (await live.get("144p/" + segment.uri)).read()
        checked += body in parts
    assert checked == 1


async def test_every_rendition_reports_where_the_others_are(climbing, clip):
    """4.4.5.4: one report for each other one that the index lists; of one that does not run, where it will be."""
    live = climbing
    await live.feed(clip, until=4.2)
    await live.settled("144p/")
    await live.feed(until=6.8)
    await live.settled("144p/")
    folders = ["video/", "audio/", "144p/", "120p/"]
    msn, part = live.window.last_part
    for folder in folders[:3]:
        said = {
            report["URI"]: (report["LAST-MSN"], report["LAST-PART"])
            for report in (await live.media(folder=folder)).reports
        }
        assert said.keys() == {f"../{other}media.m3u8" for other in folders if other != folder}
        assert set(said.values()) == {(str(msn), str(part))}
    assert running(live) == 1, "to be reported on is not to be watched"
    playlist = asyncio.create_task(live.media(f"?_HLS_msn={msn}&_HLS_part={part + 1}", "120p/"))
    await live.held()
    await live.feed(until=8)
    assert any(one["URI"] == f"{msn}.{part + 1}.m4s" for one in (await playlist).parts)
    assert (await live.media()).reports == [], "the whole is not in the index"


async def test_a_rung_stops_when_nobody_has_asked_for_a_while_and_starts_again(climbing, make_clip):
    live, clip = climbing, make_clip(24)
    await live.feed(clip, until=4)
    before = await live.media(folder="144p/")
    await live.feed(until=17)
    assert running(live) == 1
    await live.feed(until=22)
    assert running(live) == 0
    await live.get("144p/" + before.parts[0]["URI"], 404)
    after = await live.media(folder="144p/")
    assert running(live) == 1
    assert after.segments[0].msn > before.segments[-1].msn + 5
    assert after.header["DISCONTINUITY-SEQUENCE"] == before.header["DISCONTINUITY-SEQUENCE"]


async def test_a_new_source_is_a_discontinuity_of_all(climbing, clip):
    live = climbing
    await live.feed(clip, until=6.2)
    await live.media(folder="144p/")
    await live.feed()
    await live.settled("144p/")
    await live.feed(clip.again(12))
    live.broadcast.end()
    await live.turn()
    rung, source, sound = (
        await live.settled("144p/"),
        await live.media(folder="video/"),
        await live.media(folder="audio/"),
    )
    marked = [segment.msn for segment in source.segments if segment.tag("#EXT-X-DISCONTINUITY") is not None]
    assert len(marked) == 1
    for playlist in (rung, sound):
        assert [one.msn for one in playlist.segments if one.tag("#EXT-X-DISCONTINUITY") is not None] == marked
    theirs = {segment.msn: (segment.duration, segment.pdt) for segment in source.segments}
    assert all(theirs[segment.msn] == (segment.duration, segment.pdt) for segment in rung.segments)


async def test_a_rung_that_was_never_watched_is_not_there_after_the_end(climbing, clip):
    live = climbing
    await live.feed(clip)
    live.broadcast.end()
    await live.turn()
    await live.get("144p/media.m3u8", 404)
    await live.get("144p/media.m3u8?_HLS_msn=1", 404)
    await live.get("144p/0.0.m4s", 404)
    await live.get("90p/media.m3u8", 404)
    assert (await live.media(folder="video/")).ended


async def test_who_leaves_takes_the_encoders_with_him(climbing, clip):
    live = climbing
    await live.feed(clip, until=4.2)
    await live.media(folder="144p/")
    await live.origin.close("show")
    await live.turn()
    assert running(live) == 0 and live.broadcast._subscriptions == ()


async def test_requests_too_far_ahead_are_refused_before_and_while_it_runs(climbing, clip):
    live = climbing
    await live.feed(clip, until=4.2)
    msn, _ = live.window.last_part
    await live.get(f"144p/media.m3u8?_HLS_msn={msn + 3}", 400)
    await live.get("144p/media.m3u8?_HLS_part=1", 400)
    await live.media(folder="144p/")
    await live.get(f"144p/media.m3u8?_HLS_msn={msn + 3}", 400)
