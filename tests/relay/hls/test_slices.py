import itertools
from fractions import Fraction

import pytest

from relay.hls.slices import STRAGGLER_MS_MAX, Slices, Targets
from relay.media import Codec, Packet, Track

VIDEO = Track(Codec.H264, 90_000, b"\x01\x64\x00\x1f", 16, 16)
SOUND = Track(Codec.OPUS, 48_000, channels=2)


def picture(seconds, key=False):
    ticks = round(seconds * 90_000)
    return Packet(VIDEO, ticks, ticks, key, b"v")


def sound(seconds):
    ticks = round(seconds * 48_000)
    return Packet(SOUND, ticks, ticks, True, b"a")


def default():
    return Targets(part_ms=500, segment_ms=2_000)


def cut(packets, others=(), targets=None):
    """All parts that come of it before the end."""
    slices = Slices(packets[0], others, targets or default(), 1)
    parts = []
    for packet in packets:
        assert slices.push(packet)
        parts += slices.parts()
    return slices, parts


def pictures(seconds, rate, gop):
    return [picture(Fraction(n) / rate, n % gop == 0) for n in range(int(seconds * rate) + 1)]


def segments(parts):
    lengths, length = [], Fraction()
    for part in parts:
        length += part.duration
        if part.ends_segment:
            lengths.append(length)
            length = Fraction()
    return lengths


RATES = [Fraction(24_000, 1001), 24, 25, Fraction(30_000, 1001), 30, 50, Fraction(60_000, 1001), 60, 120, 15, 12]


@pytest.mark.parametrize("rate", RATES)
def test_parts_are_85_to_100_percent_of_their_target(rate):
    _, parts = cut(pictures(20, Fraction(rate), round(2 * rate)))
    inner = [part.duration for part in parts if not part.ends_segment]
    assert len(inner) >= 25
    assert all(Fraction(85, 100) <= duration / Fraction(1, 2) <= 1 for duration in inner)
    assert all(part.duration <= Fraction(1, 2) for part in parts)


@pytest.mark.parametrize("rate", RATES)
def test_time_stamps_in_milliseconds_make_the_same_parts(rate):
    """As RTMP has them."""
    frames = [picture(Fraction(round(packet.seconds * 1000), 1000), packet.key) for packet in pictures(20, rate, 60)]
    _, parts = cut(frames)
    inner = [part.duration for part in parts if not part.ends_segment]
    assert len(inner) >= 25
    assert all(Fraction(85, 100) <= duration / Fraction(1, 2) <= 1 for duration in inner)
    assert all(1000 % part.start.denominator == 0 for part in parts), "nothing was rounded once more"


@pytest.mark.parametrize("rate", RATES)
def test_segments_begin_with_key_frames_and_end_at_the_first_past_the_target(rate):
    _, parts = cut(pictures(20, Fraction(rate), round(2 * rate)))
    lengths = segments(parts)
    assert len(lengths) >= 8
    assert set(lengths) == {Fraction(round(2 * rate)) / rate}
    starts = [True] + [part.ends_segment for part in parts[:-1]]
    assert [part.independent for part in parts] == starts


@pytest.mark.parametrize("gop", [1, 7, 30, 45, 48, 53, 64, 70, 74, 75, 90, 250, 300, 330, 10_000])
def test_no_distance_of_key_frames_makes_a_segment_too_long(gop):
    targets = default()
    _, parts = cut(pictures(60, 30, gop), targets=targets)
    lengths = segments(parts)
    assert len(lengths) >= 5
    assert all(length < targets.target_seconds + Fraction(1, 2) for length in lengths), "rounded, at most the target"
    assert sum(part.duration for part in parts) == parts[-1].start + parts[-1].duration
    assert targets.target_seconds <= 10


@pytest.mark.parametrize("gop", [1, 15, 30, 48, 53, 60, 64, 70, 74, 75, 90, 100, 250, 300])
def test_key_frames_up_to_ten_seconds_apart_never_need_a_cut_off_key(gop):
    _, parts = cut(pictures(60, 30, gop))
    starts = [after.independent for before, after in itertools.pairwise(parts) if before.ends_segment]
    assert len(starts) >= 5
    assert all(starts)


@pytest.mark.parametrize(
    "gop,target", [(30, 2), (48, 2), (60, 2), (67, 2), (75, 3), (90, 3), (250, 9), (300, 10), (400, 10)]
)
def test_the_first_group_of_pictures_fixes_the_target_duration(gop, target):
    targets = default()
    slices = Slices(picture(0, True), (), targets, 1)
    seen = []
    for packet in pictures(60, 30, gop):
        slices.push(packet)
        seen += [(part.ends_segment, targets.target_seconds) for part in slices.parts()]
    before = seen.index((True, target))
    assert {one for _, one in seen[:before]} <= {2}, "as long as there is no segment"
    assert {one for _, one in seen[before:]} == {target}


def test_key_frames_fifteen_seconds_apart_are_cut_off_key_and_each_begins_a_segment():
    _, parts = cut(pictures(50, 30, 450))
    begins = [after.start for before, after in itertools.pairwise(parts) if before.ends_segment]
    keys = [part.start for part in parts if part.independent]
    assert keys == [0, 15, 30, 45]
    assert set(keys[1:]) < set(begins)


def test_a_segment_cut_short_at_the_start_fixes_nothing():
    targets = default()
    targets.note(Fraction(1, 2))
    targets.note(Fraction(8))
    targets.note(Fraction(2))
    assert targets.target_seconds == 8


def test_a_part_is_made_as_soon_as_its_last_sample_is_known():
    frames = pictures(1, 30, 60)
    slices, parts = cut(frames[:15])
    assert parts == []
    assert slices.push(frames[15])
    assert [part.duration for part in slices.parts()] == [Fraction(1, 2)]


def test_sound_and_picture_of_a_part_start_together(read_fragments):
    packets = [*pictures(6, 30, 60), *(sound(Fraction(n, 50)) for n in range(301))]
    _, parts = cut(sorted(packets, key=lambda packet: packet.seconds), others=[SOUND])
    assert len(parts) >= 10
    for part in parts:
        video, audio = read_fragments(part.data)
        assert Fraction(video.decode_time, 90_000) == part.start
        assert part.start <= Fraction(audio.decode_time, 48_000) < part.start + Fraction(1, 50)
        assert Fraction(video.duration, 90_000) == part.duration


def test_late_sound_is_waited_for_but_not_for_ever():
    frames = pictures(3, 30, 60)
    slices, parts = cut([frames[0], sound(0), *frames[1:]], others=[SOUND])
    waited = (STRAGGLER_MS_MAX + 500) / 1000
    assert parts and all(float(part.start) < 3 - waited + 0.6 for part in parts[:1])
    assert not slices.lanes[1].waited_for
    first = [packet for packet in frames if packet.seconds < waited]
    assert cut([first[0], sound(0), *first[1:]], others=[SOUND])[1] == []


def test_sound_goes_on_while_the_picture_stands_still(read_fragments):
    still = [picture(n / 30, n == 0) for n in range(10)]
    packets = sorted([*still, *(sound(n / 50) for n in range(300))], key=lambda packet: packet.seconds)
    _, parts = cut(packets, others=[SOUND])
    assert len(parts) >= 7
    assert all(Fraction(85, 100) * Fraction(1, 2) <= part.duration <= Fraction(1, 2) for part in parts[:4])
    samples = [len(traf.durations) for part in parts for traf in read_fragments(part.data) if traf.track_id == 2]
    assert len(samples) == len(parts)


def test_few_pictures_a_second_are_cut_by_the_sound_beside_them():
    packets = [*(picture(n, n == 0) for n in range(8)), *(sound(n / 50) for n in range(400))]
    _, parts = cut(sorted(packets, key=lambda packet: packet.seconds), others=[SOUND])
    assert len(parts) >= 10
    assert all(part.duration <= Fraction(1, 2) for part in parts)
    assert all(before.start + before.duration == after.start for before, after in itertools.pairwise(parts))


def test_sound_alone_is_cut_into_whole_parts():
    _, parts = cut([sound(n / 50) for n in range(500)])
    assert len(parts) >= 18
    assert {part.duration for part in parts} == {Fraction(1, 2)}
    assert set(segments(parts)) == {2}
    assert all(part.independent and part.frames == 0 for part in parts)


def test_a_jump_is_noticed_when_nothing_starts_within_a_part():
    slices, parts = cut([*pictures(0.7, 30, 60), picture(2.0)])
    assert slices.jump() == 2 * slices.rate
    rest = slices.rest(2 * slices.rate)
    assert rest[-1].ends_segment
    assert sum(part.duration for part in [*parts, *rest]) == Fraction(22, 30)
    assert [packet.seconds for packet in slices.left()] == [2.0]


def test_a_pause_of_the_picture_is_no_jump_while_there_is_sound():
    packets = [*pictures(0.7, 30, 60), *(sound(n / 50) for n in range(50)), picture(2.0)]
    slices, _ = cut(sorted(packets, key=lambda packet: packet.seconds), others=[SOUND])
    assert slices.jump() is None


def test_the_rest_takes_everything(read_fragments):
    packets = [*pictures(1.2, 30, 60), *(sound(n / 50) for n in range(60))]
    slices, parts = cut(sorted(packets, key=lambda packet: packet.seconds), others=[SOUND])
    parts += slices.rest(100 * slices.rate)
    assert parts[-1].ends_segment
    data = b"".join(part.data for part in parts)
    kinds = dict.fromkeys((1, 2), 0)
    for traf in read_fragments(data):
        kinds[traf.track_id] += len(traf.durations)
    assert kinds[1] == 37
    assert kinds[2] + len(slices.left()) == 60


def test_the_target_duration_holds_for_the_longest_segment():
    assert (default().target_seconds, default().segment_ms_limit, default().off_key_ms_limit) == (2, 2_500, 10_500)
    assert Targets(500, 2_100).target_seconds == 3


def test_other_tracks_are_not_taken():
    slices, _ = cut(pictures(1, 30, 30))
    assert not slices.push(sound(0.5))
