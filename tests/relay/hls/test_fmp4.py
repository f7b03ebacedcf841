import io
import json
import subprocess

import av
import pytest

from relay.errors import BadMedia
from relay.hls.fmp4 import Sample, TrackRun, fragment, init_segment
from relay.media import Codec, Track


def runs_of(clip, begin=0, count=60):
    runs = []
    for number, track in enumerate(sorted(clip.tracks, key=lambda track: track.kind, reverse=True), 1):
        packets = clip.of(track.kind)
        chosen, ends = packets[begin : begin + count], packets[begin + 1 : begin + count + 1]
        samples = [Sample(end.dts - p.dts, p.pts - p.dts, p.key, p.data) for p, end in zip(chosen, ends, strict=True)]
        runs.append(TrackRun(number, track.kind, chosen[0].dts, samples))
    return runs


def tracks_of(clip):
    return sorted(clip.tracks, key=lambda track: track.kind, reverse=True)


def test_every_picture_and_every_sound_comes_back(clip):
    data = init_segment(tracks_of(clip)) + fragment(1, runs_of(clip)) + fragment(2, runs_of(clip, 60))
    with av.open(io.BytesIO(data)) as container:
        streams = {stream.type: stream for stream in container.streams}
        assert (streams["video"].width, streams["video"].height, streams["audio"].rate) == (320, 180, 48_000)
        frames = {kind: list(container.decode(stream)) for kind, stream in streams.items() if not container.seek(0)}
    assert [len(frames["video"]), len(frames["audio"])] == [120, 120]
    pictures = sorted(packet.pts for packet in clip.of("video")[:120])
    assert [frame.pts for frame in frames["video"]] == pictures
    assert frames["audio"][0].pts == clip.of("audio")[0].pts


def test_ffprobe_reads_the_times_that_went_in(clip, tmp_path):
    file = tmp_path / "part.mp4"
    file.write_bytes(init_segment(tracks_of(clip)) + fragment(1, runs_of(clip)))
    show = "packet=pts,dts,duration,flags,size"
    command = ["ffprobe", "-v", "warning", "-select_streams", "v", "-show_entries", show, "-of", "json", str(file)]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    assert run.stderr == ""
    read = [(p["pts"], p["dts"], p["duration"], "K" in p["flags"]) for p in json.loads(run.stdout)["packets"]]
    assert read == [(p.pts, p.dts, 3_000, p.key) for p in clip.of("video")[:60]]
    assert any(p.pts > p.dts for p in clip.of("video")[:60]), "the clip has B-frames"


def test_decode_times_have_64_bits_and_offsets_a_sign(read_fragments, clip):
    video = clip.tracks[0]
    samples = [Sample(3_000, 0, True, b"key"), Sample(3_001, -3_000, False, b"b")]
    (traf,) = read_fragments(fragment(7, [TrackRun(1, video.kind, 1 << 40, samples)]))
    assert (traf.decode_time, traf.durations, traf.offsets) == (1 << 40, [3_000, 3_001], [0, -3_000])
    assert (traf.keys, traf.data) == ([True, False], b"keyb")


@pytest.mark.parametrize("durations", [[1024, 1024, 1024], [1024, 1008, 1040]])
def test_sound_keeps_each_duration(read_fragments, clip, durations):
    sound = next(track for track in clip.tracks if track.codec is Codec.AAC)
    samples = [Sample(duration, 0, True, b"x" * duration) for duration in durations]
    (traf,) = read_fragments(fragment(1, [TrackRun(2, sound.kind, 5, samples)]))
    assert (traf.track_id, traf.durations, traf.keys) == (2, durations, [True] * 3)


def test_sound_and_picture_each_find_their_data(read_fragments, clip):
    video, audio = read_fragments(fragment(1, runs_of(clip, count=3)))
    assert video.data == b"".join(p.data for p in clip.of("video")[:3])
    assert audio.data == b"".join(p.data for p in clip.of("audio")[:3])


def test_a_codec_that_does_not_go_into_mp4_is_refused():
    with pytest.raises(BadMedia):
        init_segment([Track(Codec.VP8, 90_000)])
