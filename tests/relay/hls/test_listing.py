import itertools

import pytest

from relay.hls.listing import Listing, Range
from relay.hls.tape import Entry

START = 1_800_000_000.0
FOUND = [
    Entry("7.mp4", 700, 700, 1_000, "2.000000", START),
    Entry("7.mp4", 700, 1_700, 900, "1.966667", START + 2),
    Entry("99.mp4", 710, 710, 500, "2.000000", START + 60.5),
]


def test_the_playlist_names_segments_and_breaks():
    assert Listing(FOUND).playlist(2, ended=True).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        '#EXT-X-MAP:URI="7-0-700.m4s"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z",
        "#EXTINF:2.000000,",
        "7-700-1000.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:02.000Z",
        "#EXTINF:1.966667,",
        "7-1700-900.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="99-0-710.m4s"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:01:00.500Z",
        "#EXTINF:2.000000,",
        "99-710-500.m4s",
        "#EXT-X-ENDLIST",
    ]


def test_while_it_grows_it_is_an_event_and_only_gets_longer():
    texts = [Listing(FOUND[:count]).playlist(2, ended=False) for count in (1, 2, 3)]
    assert all(later.startswith(text) for text, later in itertools.pairwise(texts))
    assert "PLAYLIST-TYPE:EVENT" in texts[0] and "ENDLIST" not in texts[-1]


def test_the_target_duration_covers_every_segment():
    assert "TARGETDURATION:10\n" in Listing([*FOUND, Entry("7.mp4", 7, 9, 1, "9.6", START + 90)]).playlist(
        2, ended=True
    )


@pytest.mark.parametrize(
    "name,found",
    [
        ("7-0-700.m4s", Range("7.mp4", 0, 700)),
        ("7-1700-900.m4s", Range("7.mp4", 1_700, 900)),
        ("7-1700-901.m4s", None),
        ("7.mp4", None),
        ("../7-0-700.m4s", None),
        ("index.jsonl", None),
    ],
)
def test_only_names_of_the_playlist_lead_to_bytes(name, found):
    assert Listing(FOUND).find(name) == found


@pytest.mark.parametrize(
    "unix,seconds",
    [
        (START - 5, 0),
        (START, 0),
        (START + 1.5, 1.5),
        (START + 3.9, 3.9),
        (START + 30, 3.966667),  # in the gap: where recording went on
        (START + 61, 4.466667),
        (START + 500, 5.966667),
    ],
)
def test_a_moment_of_the_wall_clock_has_its_place(unix, seconds):
    assert Listing(FOUND).seconds_at(unix) == pytest.approx(seconds)
    assert Listing(FOUND).seconds == pytest.approx(5.966667)


def test_stretches_of_several_nodes_are_put_in_order():
    assert Listing(FOUND[::-1]).playlist(2, ended=True) == Listing(FOUND).playlist(2, ended=True)
