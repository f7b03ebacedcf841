import io
import itertools
from dataclasses import replace
from fractions import Fraction

import av
import pytest

from relay.errors import BadMedia
from relay.hls.segmenter import PACKETS_WAITING_MAX, Segmenter, Start
from relay.hls.slices import Part, Targets
from relay.media import Codec, Packet, Track


def new():
    return Segmenter(Targets(part_ms=500, segment_ms=2_000))


def run(packets):
    segmenter = new()
    events = [event for packet in packets for event in segmenter.add(packet)]
    return events + segmenter.finish()


def parts_of(events):
    return [event for event in events if isinstance(event, Part)]


def decoded(events):
    """(kind, presentation time) of every frame that comes out of a decoder."""
    data = b"".join(event.init if isinstance(event, Start) else event.data for event in events)
    with av.open(io.BytesIO(data)) as container:
        frames = [(type(frame).__name__, frame.pts) for packet in container.demux() for frame in packet.decode()]
    return sorted(frames)


def test_an_obs_like_stream_loses_nothing_and_keeps_every_time(clip):
    events = run(clip.packets)
    assert isinstance(events[0], Start)
    assert len(parts_of(events)) == 20
    frames = decoded(events)
    begin = clip.of("video")[0].pts / 90_000
    pictures = sorted(packet.pts for packet in clip.of("video"))
    assert [pts for kind, pts in frames if kind == "VideoFrame"] == pictures
    sounds = [packet.pts for packet in clip.of("audio") if packet.seconds >= begin]
    assert [pts for kind, pts in frames if kind == "AudioFrame"][: len(sounds) - 2] == sounds[: len(sounds) - 2]


def test_declared_durations_are_those_of_the_samples(clip, read_fragments):
    parts = parts_of(run(clip.packets))
    for part, after in itertools.pairwise(parts):
        video, audio = read_fragments(part.data)
        assert Fraction(video.duration, 90_000) == part.duration == after.start - part.start
        assert part.frames == len(video.durations)
        assert part.start <= Fraction(audio.decode_time, 48_000) < part.start + Fraction(1024, 48_000)


def test_segments_of_a_real_stream_begin_with_its_key_frames(clip):
    parts = parts_of(run(clip.packets))
    keys = [Fraction(packet.pts, 90_000) for packet in clip.of("video") if packet.key]
    assert [part.start for part in parts if part.independent] == keys
    assert [part.start + part.duration for part in parts if part.ends_segment][:-1] == keys[1:]


@pytest.mark.parametrize("arguments", [{"video": False}, {"audio": False}])
def test_one_kind_alone_works(make_clip, arguments):
    clip = make_clip(6, **arguments)
    events = run(clip.packets)
    (start,) = (event for event in events if isinstance(event, Start))
    assert start.tracks == clip.tracks
    assert len(parts_of(events)) >= 12
    assert len(decoded(events)) >= len(clip.packets) - 1


def test_new_tracks_are_one_discontinuity(clip):
    events = run([*clip.packets, *clip.again(10.5).packets])
    first, second = (event for event in events if isinstance(event, Start))
    assert set(first.tracks) == set(clip.tracks)
    assert len(second.tracks) == 2 and not set(second.tracks) & set(first.tracks)
    at = events.index(second)
    assert isinstance(events[at - 1], Part) and events[at - 1].ends_segment
    assert events[at + 1].independent and events[at + 1].start == second.at
    assert second.at - first.at == Fraction(21, 2)


def segments_of(parts):
    """The length of each segment in seconds."""
    found, length = [], Fraction(0)
    for part in parts:
        length += part.duration
        if part.ends_segment:
            found, length = [*found, length], Fraction(0)
    return found


@pytest.mark.parametrize("frames", [1, 2, 30])
def test_another_source_right_after_a_key_frame_leaves_no_stump(clip, frames):
    """hls.js fetches no more after a segment of a third of a millisecond; pictures so few are not missed."""
    pictures = clip.of("video")
    keys = [number for number, packet in enumerate(pictures) if packet.key and packet.seconds > 3]
    last = pictures[keys[0] + frames - 1]
    before = [packet for packet in clip.packets if packet.seconds <= last.seconds]
    following = clip.again(last.seconds + 1 / 30 - clip.packets[0].seconds)
    events = run([*before, *following.packets])
    assert len([event for event in events if isinstance(event, Start)]) == 2
    assert min(segments_of(parts_of(events))) > Fraction(1 if frames < 3 else 9, 10)
    begins = next(event for event in reversed(events) if isinstance(event, Start)).at
    assert begins >= Fraction(following.of("video")[0].pts, 90_000)


def test_a_new_picture_beside_the_same_sound_keeps_the_sound(clip):
    picture = replace(clip.of("video")[0].track)
    packets = [
        replace(packet, track=picture) if packet.track.kind == "video" and packet.seconds >= 4.9 else packet
        for packet in clip.packets
    ]
    begins = next(packet for packet in packets if packet.track is picture and packet.key)
    packets = [packet for packet in packets if packet.track is not picture or packet.dts >= begins.dts]
    events = run(packets)
    _, second = (event for event in events if isinstance(event, Start))
    assert second.tracks == (picture, clip.of("audio")[0].track)
    assert second.at == Fraction(begins.pts, 90_000)


def test_time_that_jumps_is_a_discontinuity(clip):
    packets = [packet for packet in clip.packets if not 4 <= packet.seconds < 6.9]
    events = run(packets)
    starts = [event for event in events if isinstance(event, Start)]
    assert len(starts) == 2
    assert all(part.duration <= Fraction(1, 2) for part in parts_of(events))


def test_packets_cut_the_same_wherever_they_are_cut(clip):
    """Nodes can share the work later: nothing but the packets decides."""
    assert [part.data for part in parts_of(run(clip.packets))] == [part.data for part in parts_of(run(clip.packets))]


def test_sound_that_ends_holds_nothing_up_for_long(clip):
    packets = [packet for packet in clip.packets if packet.track.kind == "video" or packet.seconds < 3]
    segmenter, last = new(), Fraction()
    for packet in packets:
        for event in segmenter.add(packet):
            last = event.start + event.duration if isinstance(event, Part) else last
        if packet.seconds > 5:
            assert packet.seconds - last < 0.7


def test_nothing_comes_before_a_key_frame(clip):
    packets = [packet for packet in clip.packets if packet.track.kind == "video"]
    events = run(packets[1:])
    assert parts_of(events)[0].start == Fraction(next(p.pts for p in packets[1:] if p.key), 90_000)


def test_a_stream_without_key_frames_is_bad_media():
    track = Track(Codec.H264, 90_000, b"\x01\x64\x00\x1f", 16, 16)
    segmenter = new()
    with pytest.raises(BadMedia, match="key frame"):
        for number in range(PACKETS_WAITING_MAX + 1):
            segmenter.add(Packet(track, number * 3_000, number * 3_000, False, b"p"))


def test_after_bad_media_it_begins_anew(clip):
    segmenter = new()
    picture = Track(Codec.VP8, 90_000)
    with pytest.raises(BadMedia, match="vp8"):
        for number in range(200):
            segmenter.add(Packet(picture, number * 3_000, number * 3_000, True, b"p"))
    assert [event for packet in clip.packets for event in segmenter.add(packet)]


def test_nothing_in_is_nothing_out():
    assert run([]) == []
