from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.media import Codec, Kind, Packet, Track
from relay.timeline import Line, Mapping, Unwrapper, rescale


def placed(packets: list[Packet], line: Line | None = None) -> list[Packet]:
    mapping = Mapping(line or Line())
    return [out for packet in packets if (out := mapping.place(packet, packet.track)) is not None]


def times(packets: list[Packet], kind: Kind) -> list[int]:
    return [packet.dts for packet in packets if packet.track.kind is kind]


def steps(packets: list[Packet], kind: Kind) -> set[int]:
    return {after - before for before, after in pairwise(times(packets, kind))}


def sync_error(sent: list[Packet], got: list[Packet]) -> float:
    """Seconds by which audio and video have moved against each other, at most, over the whole feed."""
    shifts = [out.seconds - packet.seconds for packet, out in zip(sent, got, strict=True)]
    return max(shifts) - min(shifts)


@pytest.mark.parametrize("bits", [16, 32])
def test_unwrapping(bits: int) -> None:
    unwrap, size = Unwrapper(bits), 1 << bits
    assert [unwrap(value % size) for value in (size - 2, size + 1, size - 1, size + 5)] == [
        size - 2,
        size + 1,
        size - 1,
        size + 5,
    ]


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), max_size=50))
def test_unwrapping_follows_any_step_below_half_the_range(moves: list[int]) -> None:
    unwrap, at = Unwrapper(32), 2**40
    base = at - unwrap(at % 2**32)
    for move in moves:
        at += move
        assert unwrap(at % 2**32) + base == at


@given(st.integers(-(10**12), 10**12), st.sampled_from([8_000, 44_100, 48_000, 90_000]))
def test_rescaling_rounds_to_the_nearest(ticks: int, rate: int) -> None:
    assert abs(rescale(ticks, rate, 90_000) * rate - ticks * 90_000) * 2 <= rate
    assert rescale(rescale(ticks, rate, 90_000 * rate), 90_000 * rate, rate) == ticks


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_ten_minutes_of_audio_are_exact_samples(feed: Any, rate: int) -> None:
    encoder = feed(start_ms=123_456, rate=rate)
    sent = encoder.play(123_456, 123_456 + 600_000)
    got = placed(sent)
    assert steps(got, Kind.AUDIO) == {1024}
    assert sync_error(sent, got) <= 0.0015  # RTMP's own rounding
    assert len(got) == len(sent)


def test_an_encoder_that_adds_up_whole_milliseconds_is_followed(feed: Any) -> None:
    """Phones add 23 ms a frame where it lasts 23.22: audio must not drift from video by more than a little."""
    encoder = feed()
    sent = [encoder.sound(n * 23) for n in range(5_000)]
    got = placed(sent)
    assert sync_error(sent, got) < 0.03
    assert all(900 < step <= 1024 for step in steps(got, Kind.AUDIO))


def test_jitter_is_taken_out(feed: Any) -> None:
    encoder = feed()
    sent = [encoder.sound(round(n * 1024 / 44.1) + (n * 7919 % 9 - 4)) for n in range(3_000)]
    assert steps(placed(sent), Kind.AUDIO) == {1024}


def test_a_gap_in_the_audio_stays_a_gap(feed: Any) -> None:
    encoder = feed()
    sent = [
        packet for packet in encoder.play(0, 4_000) if packet.track.kind is Kind.VIDEO or not 1 < packet.seconds < 2
    ]
    got = placed(sent)
    assert sync_error(sent, got) < 0.002
    assert max(steps(got, Kind.AUDIO)) > 44_000 * 0.9


def test_opus_that_was_lost_is_missing_and_the_rest_stays_in_its_place() -> None:
    track = Track(Codec.OPUS, 48_000)
    sent = [Packet(track, n * 960, n * 960, True, b"\xf8", n * 20_000_000) for n in range(200) if n % 50]
    got = placed(sent)
    assert sync_error(sent, got) < 1e-9
    assert steps(got, Kind.AUDIO) == {960, 1920}


@pytest.mark.parametrize("jump_ms", [-3_600_000, -5_000, -900, 4_000, 3_600_000])
@pytest.mark.parametrize("audio_first", [True, False])
def test_a_clock_that_jumps_goes_on_without_a_gap(feed: Any, jump_ms: int, audio_first: bool) -> None:
    encoder = feed(start_ms=5_000_000)
    before = encoder.play(5_000_000, 5_010_000)
    moved = feed(start_ms=5_010_000 + jump_ms, start_ns=encoder.arrival(5_010_000))
    moved.video, moved.audio = encoder.video, encoder.audio
    after = moved.play(5_010_000 + jump_ms, 5_020_000 + jump_ms)
    if audio_first:  # some audio of the old clock comes late
        late = [packet for packet in before if packet.track.kind is Kind.AUDIO][-5:]
        before = [packet for packet in before if packet not in late]
        sent = before + after[:1] + late[:2] + after[1:3] + late[2:] + after[3:]
    else:
        sent = before + after
    got = placed(sent)
    for kind in Kind:
        assert min(steps(got, kind)) > 0
        assert max(steps(got, kind)) < 0.25 * next(p.track.clock_rate for p in got if p.track.kind is kind)
    settled = [(one, other) for one, other in zip(sent[-300:], got[-300:], strict=True)]
    shifts = [out.seconds - packet.seconds for packet, out in settled]
    assert max(shifts) - min(shifts) < 0.005  # still in sync
    assert got[-1].seconds - got[0].seconds == pytest.approx(20, abs=0.3)


def test_a_real_pause_is_kept(feed: Any) -> None:
    """A screen that does not change, without sound: no packets for eight seconds, here and there."""
    encoder = feed()
    got = placed([encoder.picture(0, key=True), encoder.picture(8_000)])
    assert steps(got, Kind.VIDEO) == {8 * 90_000}


def test_tracks_with_clocks_of_their_own_stay_apart_without_ping_pong(feed: Any) -> None:
    encoder = feed()
    sent = []
    for n in range(500):
        sent += [encoder.picture(7_000_000 + n * 40, ns=n * 40_000_000), encoder.sound(n * 40, ns=n * 40_000_000)]
    got = placed(sent)
    assert steps(got, Kind.VIDEO) == {3600}
    assert got[-1].seconds - got[0].seconds == pytest.approx(20, abs=0.3)


def test_a_second_source_goes_on_where_the_first_ended(feed: Any) -> None:
    line, first, second = Line(), feed(start_ms=1000), feed(start_ms=90_000_000)
    second.audio = first.audio
    got = placed(first.play(1000, 3000), line) + placed(second.play(90_000_000, 90_002_000), line)
    assert 0 < min(steps(got, Kind.VIDEO)) <= max(steps(got, Kind.VIDEO)) <= 9_000
    assert 0 < min(steps(got, Kind.AUDIO)) <= max(steps(got, Kind.AUDIO)) < 4_410


def test_audio_that_was_heard_already_is_left_out(feed: Any) -> None:
    """A source whose audio begins half a second before its first picture."""
    line, first, second = Line(), feed(), feed()
    before = placed(first.play(0, 2_000), line)
    sounds = [packet for packet in second.play(500, 2_000) if packet.track.kind is Kind.AUDIO]
    after = placed([second.picture(1_000, key=True), *sounds], line)
    assert 40 <= len(times(after, Kind.AUDIO)) <= 45  # of 65
    assert min(times(after, Kind.AUDIO)) > max(times(before, Kind.AUDIO))


def test_a_line_begins_at_one_second_and_knows_nothing_below_zero(feed: Any) -> None:
    encoder = feed()
    got = placed([encoder.picture(0, key=True), encoder.sound(0), encoder.sound(-66)])
    assert got[0].dts == 90_000
    assert all(packet.dts >= 0 for packet in got)


kinds = st.sampled_from(["picture", "sound"])


@given(
    st.lists(st.tuples(kinds, st.integers(-(2**33), 2**33), st.integers(0, 10**10), st.integers(0, 3_000)), max_size=60)
)
def test_whatever_a_source_says_the_line_only_goes_forward(said: list[tuple[str, int, int, int]]) -> None:
    line, now_ns = Line(), 0
    video, audio = Track(Codec.H264, 90_000), Track(Codec.AAC, 44_100, bytes.fromhex("1210"))
    mapping, last = Mapping(line), {Kind.VIDEO: -1, Kind.AUDIO: -1}
    for kind, at, passed_ns, shown in said:
        now_ns += passed_ns
        track = video if kind == "picture" else audio
        out = mapping.place(Packet(track, at + shown, at, True, b"x", now_ns), track)
        if out is not None:
            assert out.dts > last[track.kind]
            assert out.pts >= out.dts
            last[track.kind] = out.dts


def as_rtmp_says(packet: Packet, late_ms: float, unwrap: Unwrapper) -> Packet:
    """The packet after its time has been through a field of 32 bits, in milliseconds."""
    milliseconds = unwrap(round(packet.seconds * 1000 + late_ms) & 0xFFFF_FFFF)
    ticks = milliseconds * packet.track.clock_rate // 1000
    return replace(packet, pts=ticks + packet.pts - packet.dts, dts=ticks)


@pytest.mark.soak
def test_three_hours_through_every_clock_fault(feed: Any) -> None:
    """Wraps, jumps, drift, silences, one kind alone, changing rates, long groups: the line keeps all it promises."""
    line, random, now_ns, at_ms = Line(), Random(4), 10**9, 2**32 - 3_600_000
    encoder = feed()
    unwrap, mapping, last = Unwrapper(32), Mapping(line), {Kind.VIDEO: -1, Kind.AUDIO: -1}
    played_ms = 0
    while played_ms < 3 * 3_600_000:
        encoder.start_ms, encoder.start_ns = at_ms, now_ns
        length_ms, kept = (
            random.choice([2_000, 10_000, 60_000]),
            random.choice([list(Kind), list(Kind), [Kind.AUDIO], [Kind.VIDEO]]),
        )
        drift = random.choice([0.0, 0.0, 2e-4, -2e-4])  # of the sound's clock against the picture's
        for packet in encoder.play(at_ms, at_ms + length_ms, fps=random.choice([10, 25, 30, 60]), gop=300):
            if packet.track.kind not in kept:
                continue
            late_ms = (packet.received_ns - now_ns) / 1e6 * drift if packet.track.kind is Kind.AUDIO else 0.0
            out = mapping.place(as_rtmp_says(packet, late_ms, unwrap), packet.track)
            if out is not None:
                assert out.dts > last[out.track.kind]
                assert out.pts >= out.dts
                last[out.track.kind] = out.dts
        played_ms += length_ms
        now_ns += length_ms * 1_000_000
        at_ms += length_ms + random.choice([0, 0, -500, 4_000, -60_000, 3_600_000, -at_ms])
        if random.random() < 0.1:
            unwrap, mapping = Unwrapper(32), Mapping(line)  # another connection
    lost = (now_ns - 10**9) / 1e9 - line.head / 90_000
    assert abs(lost) < 60  # of three hours: a jump within three seconds cannot be told from a track that lags
