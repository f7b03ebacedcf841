"""What the multivariant playlist says of HEVC and AV1 is what another reader finds in the media, and they play."""

import asyncio
import json

import pytest

from tests.relay.hls.m3u8 import attributes

PICTURES = 150


async def probed(live):
    """What ffprobe finds behind the multivariant playlist, decoding every picture."""
    url = live.client.make_url(live.base + "index.m3u8")
    words = ("-v", "error", "-of", "json", "-show_streams", "-count_frames", "-live_start_index", "0", str(url))
    process = await asyncio.create_subprocess_exec("ffprobe", *words, stdout=-1, stderr=-1)
    out, err = await process.communicate()
    assert process.returncode == 0 and err == b"", err
    return {stream["codec_type"]: stream for stream in json.loads(out)["streams"]}


@pytest.mark.parametrize("codec", ["hevc", "av1"])
async def test_newer_codecs_play_and_have_true_names(live, make_clip, codec):
    await live.feed(make_clip(PICTURES / 30, gop=60, codec=codec))
    live.broadcast.end()
    await live.turn()
    streams = await probed(live)
    video, audio = streams["video"], streams["audio"]
    assert (video["codec_name"], audio["codec_name"]) == (codec, "aac")
    assert int(video["nb_read_frames"]) == PICTURES
    index = await (await live.get("index.m3u8")).text()
    said = attributes(next(line for line in index.splitlines() if "STREAM-INF" in line).partition(":")[2])
    picture, sound = said["CODECS"].split(",")
    assert (sound, audio["profile"]) == ("mp4a.40.2", "LC")
    assert said["RESOLUTION"] == f"{video['width']}x{video['height']}"
    assert float(said["FRAME-RATE"]) == 30
    if codec == "hevc":
        assert (video["profile"], video["codec_tag_string"]) == ("Main", "hvc1")
        assert picture.startswith(f"hvc1.1.6.L{video['level']}.")
    else:
        assert video["profile"] == "Main"
        assert picture == f"av01.0.{video['level']:02}M.08"


async def test_both_bandwidths_are_those_of_the_segments(live, clip):
    await live.feed(clip)
    said = attributes((await (await live.get("index.m3u8")).text()).splitlines()[2].partition(":")[2])
    whole = (await live.media()).whole
    sizes = [8 * len(await (await live.get(segment.uri)).read()) for segment in whole]
    assert len(sizes) >= 4
    peak = max(size / float(segment.duration) for size, segment in zip(sizes, whole, strict=True))
    mean = sum(sizes) / float(sum(segment.duration for segment in whole))
    assert peak <= int(said["BANDWIDTH"]) <= 1.2 * peak
    assert abs(int(said["AVERAGE-BANDWIDTH"]) - mean) <= 0.1 * mean
