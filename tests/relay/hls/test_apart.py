"""Picture and sound as renditions of their own: the bytes of the whole, played by themselves."""

import io
from dataclasses import replace

import av
import pytest

from relay.media import Track


@pytest.fixture
async def apart(serving):
    async with serving(audio_only=True) as live:
        yield live


async def bodies(live, playlist, folder=""):
    names = [playlist.segments[0].tag("#EXT-X-MAP").split('"')[1], *(one.uri for one in playlist.whole)]
    return [await (await live.get(folder + name)).read() for name in names]


async def test_the_sound_has_the_numbers_and_times_of_the_whole(apart, clip):
    await apart.feed(clip)
    whole, sound = await apart.media(), await apart.media(folder="audio/")
    assert len(whole.whole) >= 4 and sound.independent
    assert [(one.msn, one.uri, one.duration, one.pdt) for one in sound.segments] == [
        (one.msn, one.uri, one.duration, one.pdt) for one in whole.segments
    ]
    assert [part["URI"] for part in sound.parts] == [part["URI"] for part in whole.parts]
    assert all(part["INDEPENDENT"] == "YES" for part in sound.parts)
    assert (sound.hint, sound.target, sound.control) == (whole.hint, whole.target, whole.control)


async def test_both_are_listed_and_report_on_each_other(apart, clip):
    await apart.feed(clip)
    lines = (await (await apart.get("index.m3u8")).text()).splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["media.m3u8", "audio/media.m3u8"]
    assert not any(line.startswith("#EXT-X-MEDIA:") for line in lines), "the whole has its own"
    msn, part = apart.window.last_part
    last = {"LAST-MSN": str(msn), "LAST-PART": str(part)}
    assert (await apart.media()).reports == [{"URI": "audio/media.m3u8"} | last]
    assert (await apart.media(folder="audio/")).reports == [{"URI": "../media.m3u8"} | last]


async def test_the_whole_is_made_of_the_bytes_of_both_and_plays(apart, clip, read_fragments):
    await apart.feed(clip)
    whole = await bodies(apart, await apart.media())
    sound = await bodies(apart, await apart.media(folder="audio/"), "audio/")
    picture = await bodies(apart, await apart.media(folder="video/"), "video/")
    for everything, seen, heard in zip(whole[1:], picture[1:], sound[1:], strict=True):
        assert len(everything) == len(seen) + len(heard)
        assert {traf.track_id for traf in read_fragments(heard)} == {2}
    counts = {}
    for name, data in (("whole", whole), ("sound", sound), ("picture", picture)):
        for kind in ("video", "audio"):
            with av.open(io.BytesIO(b"".join(data))) as container:
                streams = [stream for stream in container.streams if stream.type == kind]
                frames = [frame.pts for frame in container.decode(streams[0])] if streams else []
                assert frames == sorted(frames)
                counts[name, kind] = len(frames)
    assert counts["whole", "video"] == counts["picture", "video"] >= 240
    assert counts["whole", "audio"] == counts["sound", "audio"] >= 370
    assert counts["sound", "video"] == counts["picture", "audio"] == 0


async def test_it_costs_no_memory_but_the_names(apart, clip):
    await apart.feed(clip)
    whole, sound = (apart.origin.find("show", "e1").renditions[folder].window for folder in ("", "audio"))
    name = whole.segments[0].name
    assert all(chunk in whole.resources[name] for chunk in sound.resources[name])
    assert {id(chunk) for chunk in sound.resources[name]} < {id(chunk) for chunk in whole.resources[name]}


async def test_where_sound_is_missing_its_parts_are_there_without_samples(apart, clip, read_fragments):
    """A publisher whose sound stops and comes back: the numbers stay the same."""
    gap = type(clip)([p for p in clip.packets if p.track.kind == "video" or not 4 < p.seconds < 7])
    await apart.feed(gap)
    whole, sound = await apart.media(), await apart.media(folder="audio/")
    assert [part["URI"] for part in sound.parts] == [part["URI"] for part in whole.parts]
    empty = 0
    for part in sound.parts:
        (traf,) = read_fragments(await (await apart.get("audio/" + part["URI"])).read())
        empty += not traf.durations
    assert empty >= 3
    with av.open(io.BytesIO(b"".join(await bodies(apart, sound, "audio/")))) as container:
        assert len(list(container.decode(audio=0))) >= 200


async def test_where_sound_is_gone_for_good_its_rendition_goes_on(apart, clip, read_fragments):
    """A source without sound takes over: a discontinuity of both, and empty parts."""
    await apart.feed(clip)
    video = replace(clip.of("video")[0].track)
    assert isinstance(video, Track)
    silent = clip.again(12)
    await apart.feed(type(clip)([p for p in silent.packets if p.track.kind == "video"]))
    whole, sound = await apart.media(), await apart.media(folder="audio/")
    assert whole.segments[-1].msn == sound.segments[-1].msn and whole.hint == sound.hint
    (traf,) = read_fragments(await (await apart.get("audio/" + sound.parts[-1]["URI"])).read())
    assert traf.durations == []
