"""The multivariant playlist with several renditions: what it says is true of what is served, as ffprobe reads it."""

import asyncio
import json
from itertools import pairwise

import pytest

from tests.relay.hls.m3u8 import attributes


async def index_of(live):
    """Attributes of each variant by its address, and of the sound that they share."""
    text = await (await live.get("index.m3u8")).text()
    lines = text.splitlines()
    variants = {
        uri: attributes(line.partition(":")[2]) for line, uri in pairwise(lines) if line.startswith("#EXT-X-STREAM-INF")
    }
    return variants, [attributes(line.partition(":")[2]) for line in lines if line.startswith("#EXT-X-MEDIA:")]


async def probed(live, name):
    url = live.client.make_url(live.base + name)
    words = ("-v", "error", "-of", "json", "-show_streams", "-show_format", "-live_start_index", "0", str(url))
    process = await asyncio.create_subprocess_exec("ffprobe", *words, stdout=-1, stderr=-1)
    out, err = await process.communicate()
    assert process.returncode == 0 and err == b"", err
    return json.loads(out)["streams"]


async def test_a_ladder_is_listed_with_its_sound(serving, clip):
    async with serving(ladder=("144p:200", "120p:100")) as live:
        await live.feed(clip, until=4.2)
        for rung in ("144p/", "120p/"):
            await live.media(folder=rung)
        await live.feed()
        live.broadcast.end()
        await live.turn()
        bytes_per_second = {}
        for folder in ("video/", "144p/", "120p/", "audio/"):
            playlist = await live.settled(folder)
            whole = [one for one in playlist.whole if one.duration >= 1]
            sizes = [8 * len(await (await live.get(folder + one.uri)).read()) / float(one.duration) for one in whole]
            assert len(sizes) >= 3
            bytes_per_second[folder] = sizes
        variants, (sound,) = await index_of(live)
        assert list(variants) == [f"{name}/media.m3u8" for name in ("video", "144p", "120p", "audio")]
        assert sound == {
            "TYPE": "AUDIO", "GROUP-ID": "audio", "NAME": "audio", "DEFAULT": "YES", "AUTOSELECT": "YES",
            "CHANNELS": "2", "URI": "audio/media.m3u8",
        }  # fmt: skip
        assert all(variant["AUDIO"] == "audio" for variant in variants.values())
        for uri, variant in variants.items():
            folder = uri.removesuffix("media.m3u8")
            of_sound = 0 if folder == "audio/" else max(bytes_per_second["audio/"])
            peak = max(bytes_per_second[folder]) + of_sound
            assert peak <= int(variant["BANDWIDTH"]) <= 2.5 * peak
            assert int(variant["AVERAGE-BANDWIDTH"]) <= int(variant["BANDWIDTH"])
            picture, *rest = await probed(live, uri)
            assert rest == []
            codecs = variant["CODECS"].split(",")
            assert codecs[-1] == "mp4a.40.2"
            if folder == "audio/":
                assert (picture["codec_name"], len(codecs), "RESOLUTION" in variant) == ("aac", 1, False)
            else:
                assert variant["RESOLUTION"] == f"{picture['width']}x{picture['height']}"
                assert float(variant["FRAME-RATE"]) == 30
                assert codecs[0] == f"avc1.{read_profile(picture)}{picture['level']:02x}"


def read_profile(stream):
    return {"Main": "4d40", "Constrained Baseline": "42c0", "High": "6400"}[stream["profile"]]


async def test_a_reader_of_the_index_finds_everything(serving, clip):
    """ffprobe opens all variants: so all rungs are encoded, for it."""
    async with serving(ladder=("144p:200",)) as live:
        await live.feed(clip, until=4.2)
        await live.media(folder="144p/")
        await live.feed()
        live.broadcast.end()
        await live.turn()
        await live.settled("144p/")
        streams = await probed(live, "index.m3u8")
        assert sorted({stream["height"] for stream in streams if stream["codec_type"] == "video"}) == [144, 180]
        assert any(stream["codec_type"] == "audio" for stream in streams)


async def test_before_it_is_encoded_a_rung_is_listed_with_what_it_will_have(serving, clip):
    async with serving(ladder=("720p:2500", "144p:200")) as live:
        await live.feed(clip, until=4.2)
        before, _ = await index_of(live)
        assert list(before) == ["video/media.m3u8", "144p/media.m3u8", "audio/media.m3u8"], "nothing is made larger"
        await live.media(folder="144p/")
        await live.feed()
        live.broadcast.end()
        await live.turn()
        await live.settled("144p/")
        after, _ = await index_of(live)
        same = ("CODECS", "RESOLUTION", "FRAME-RATE", "AUDIO")
        assert all(before["144p/media.m3u8"][name] == after["144p/media.m3u8"][name] for name in same)


@pytest.mark.parametrize("options", [{"ladder": ("144p:200",)}, {"audio_only": True}])
async def test_without_sound_there_is_none_to_list(serving, make_clip, options):
    async with serving(**options) as live:
        await live.feed(make_clip(4, audio=False), until=4.2)
        variants, sound = await index_of(live)
        assert sound == [] and next(iter(variants)) == "media.m3u8"
        assert all("AUDIO" not in one and "mp4a" not in one["CODECS"] for one in variants.values())
        assert len(variants) == (2 if "ladder" in options else 1)


async def test_sound_alone_has_no_rungs(serving, make_clip):
    async with serving(ladder=("144p:200",)) as live:
        await live.feed(make_clip(4, video=False))
        variants, sound = await index_of(live)
        assert (list(variants), sound) == (["media.m3u8"], [])
        assert variants["media.m3u8"]["CODECS"] == "mp4a.40.2"
