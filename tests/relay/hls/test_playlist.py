import gzip
from fractions import Fraction

import pytest

from relay.hls import playlist
from relay.hls.playlist import MediaPlaylist, Text, Variant, frame_rate, multivariant, render, skippable
from relay.hls.slices import Part, Targets
from relay.hls.window import Window


def window_of(segments, open_parts=0, length=4, key_every=1):
    window = Window(Targets(500, 2_000), 10, 7)
    window.start(b"init", 1_800_000_000.0)
    for number in range(segments * length + open_parts):
        key = number % (length * key_every) == 0
        window.add(Part(Fraction(number, 2), Fraction(1, 2), key, number % length == length - 1, 15, b"data"))
    return window


def test_the_first_part_makes_a_playlist():
    assert render(window_of(0, open_parts=1), 0).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500,CAN-SKIP-UNTIL=12.0",
        "#EXT-X-PART-INF:PART-TARGET=0.500",
        "#EXT-X-MEDIA-SEQUENCE:7",
        "#EXT-X-DISCONTINUITY-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="init-7.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z",
        '#EXT-X-PART:DURATION=0.500000,URI="7.0.m4s",INDEPENDENT=YES',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="7.1.m4s"',
    ]


def test_a_whole_segment_is_followed_by_the_hint_of_the_next():
    lines = render(window_of(1), 0).splitlines()
    assert lines[-3:] == ["#EXTINF:2.000000,", "7.m4s", '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="8.0.m4s"']


def test_parts_are_listed_up_to_three_targets_from_the_end():
    text = render(window_of(10, open_parts=1), 0)
    assert 'URI="14.3.m4s"' in text and 'URI="13.3.m4s"' not in text
    assert text.count("#EXTINF") == 10 and text.count("#EXT-X-MAP") == 1


def test_a_discontinuity_stands_before_its_first_part_with_its_own_map():
    window = window_of(1)
    window.start(b"other", 1_800_000_010.0)
    window.add(Part(Fraction(2), Fraction(1, 2), True, False, 15, b"data"))
    assert render(window, 0).splitlines()[-5:-1] == [
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="init-8.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:12.000Z",
        '#EXT-X-PART:DURATION=0.500000,URI="8.0.m4s",INDEPENDENT=YES',
    ]


def test_a_cut_off_key_takes_the_claim_back():
    assert "INDEPENDENT-SEGMENTS" not in render(window_of(3, key_every=2), 0)


def test_a_delta_leaves_out_what_lies_before_the_skip_boundary():
    window = window_of(10)
    assert skippable(window) == 4  # 20 s - 12 s
    text = MediaPlaylist(window).delta.plain.decode()
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n" in text
    assert "\n10.m4s" not in text and "\n11.m4s" in text
    assert "#EXT-X-MAP" not in text, "it is that of the segments left out"
    assert "#EXT-X-MEDIA-SEQUENCE:7\n" in text


def test_a_delta_of_a_short_playlist_is_the_full_one():
    state = MediaPlaylist(window_of(6))
    assert state.delta is state.full


def test_a_state_is_rendered_and_compressed_once():
    state = MediaPlaylist(window_of(2))
    assert state.full is state.full and state.full.gzipped is state.full.gzipped
    assert gzip.decompress(state.full.gzipped) == state.full.plain


def test_after_the_end_there_is_no_hint():
    window = window_of(1, open_parts=2)
    window.end()
    lines = render(window, 0).splitlines()
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert not any("PRELOAD" in line for line in lines)


def test_a_variant_says_what_is_in_it():
    codecs = ("avc1.4d401f", "mp4a.40.2")
    text = multivariant([Variant("media.m3u8", codecs, (320, 180), 1_234_567, 1_000_000, Fraction(30_000, 1001))])
    assert text.splitlines()[2:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=1234567,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.4d401f,mp4a.40.2",'
        "RESOLUTION=320x180,FRAME-RATE=29.970",
        "media.m3u8",
    ]


def test_sound_alone_has_no_resolution():
    text = multivariant([Variant("media.m3u8", ["mp4a.40.2"], None, 99, 88, Fraction())])
    assert text.splitlines()[2] == '#EXT-X-STREAM-INF:BANDWIDTH=99,AVERAGE-BANDWIDTH=88,CODECS="mp4a.40.2"'


@pytest.mark.parametrize(
    "measured,rate",
    [(Fraction(14_000, 467), 29.970), (Fraction(30), 30), (Fraction(12_000, 501), 23.976), (Fraction(17), 17)],
)
def test_a_measured_rate_stands_for_a_usual_one(measured, rate):
    assert float(frame_rate(measured)) == pytest.approx(rate, abs=0.001)


def test_rules_between_the_numbers():
    assert playlist.HOLD_BACK_PARTS >= 3 and playlist.SKIP_TARGETS >= 6
    assert Text("x").plain == b"x"
