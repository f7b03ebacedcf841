"""What is taken from an offer, and what is refused and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.errors import BadSdp, Refused
from relay.webrtc import negotiate, sdp
from relay.webrtc.negotiate import Profile

OFFERS = Path(__file__).parent / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
PUBLISH = (OFFERS / "chromium_publish.sdp").read_bytes().decode()


def without(text: str, *starts: str) -> str:
    return "\r\n".join(line for line in text.split("\r\n") if not line.startswith(starts))


def play(text: str = PLAY, profile: Profile = Profile.CONSTRAINED_BASELINE) -> negotiate.Chosen:
    return negotiate.choose_playback(sdp.parse_offer(text), profile)


def publish(text: str = PUBLISH) -> negotiate.Chosen:
    return negotiate.choose_ingest(sdp.parse_offer(text))


@pytest.mark.parametrize(
    ("idc", "constraints", "profile"),
    [
        (0x42, 0xE0, Profile.CONSTRAINED_BASELINE),
        (0x42, 0xC0, Profile.CONSTRAINED_BASELINE),
        (0x42, 0x00, Profile.BASELINE),
        (0x4D, 0x80, Profile.CONSTRAINED_BASELINE),
        (0x4D, 0x40, Profile.MAIN),
        (0x64, 0x00, Profile.HIGH),
        (0x64, 0x0C, Profile.CONSTRAINED_HIGH),
        (0xF4, 0x00, Profile.HIGH_444),
        (0x6E, 0x00, None),
    ],
)
def test_profiles_by_their_flags(idc: int, constraints: int, profile: Profile | None):
    assert negotiate.profile_of(idc, constraints) == profile


@pytest.mark.parametrize(
    ("profile", "payload_type"),
    [(Profile.CONSTRAINED_BASELINE, 108), (Profile.BASELINE, 102), (Profile.MAIN, 116), (Profile.HIGH, 41)],
)
def test_the_closest_profile_that_holds_the_stream_is_taken(profile: Profile, payload_type: int):
    chosen = play(profile=profile)
    assert chosen.video is not None
    assert chosen.video.format.payload_type == payload_type
    assert chosen.video.format.parameters["packetization-mode"] == "1"


def test_without_one_that_holds_it_the_best_is_taken():
    only_baseline = PLAY.replace("profile-level-id=4d001f", "profile-level-id=42001f")
    only_baseline = only_baseline.replace("profile-level-id=f4001f", "profile-level-id=42001f")
    chosen = play(only_baseline, Profile.HIGH)
    assert chosen.video is not None
    assert chosen.video.format.parameters["profile-level-id"] == "42001f"


def test_rtx_is_the_one_of_the_codec_taken():
    chosen = play()
    assert chosen.video is not None
    assert chosen.video.rtx == 109
    bare = play(without(PLAY, "a=fmtp:109 "))
    assert bare.video is not None
    assert bare.video.rtx is None


def test_opus_is_taken_and_its_absence_is_no_obstacle():
    assert play().audio is not None
    assert play(PLAY.replace("opus/48000/2", "opus/48000")).audio is None


@pytest.mark.parametrize(
    "text",
    [
        PLAY.replace("H264/90000", "H265/90000"),
        PLAY.replace("packetization-mode=1", "packetization-mode=0"),
        without(PLAY, "a=fmtp:102", "a=fmtp:108", "a=fmtp:116", "a=fmtp:41"),
    ],
    ids=["no H.264", "single NAL mode only", "mode not stated"],
)
def test_no_usable_h264_is_a_clear_refusal(text: str):
    with pytest.raises(Refused, match=r"H\.264 with packetization-mode=1") as refused:
        play(text)
    assert refused.value.reason == "no_codec"


@pytest.mark.parametrize(
    "text",
    [
        PLAY.replace("a=recvonly", "a=sendonly"),
        PLAY.replace("a=recvonly", "a=inactive"),
        PLAY + PLAY[PLAY.index("m=video") : PLAY.index("m=audio")].replace("a=mid:0", "a=mid:2"),
    ],
    ids=["sends only", "inactive", "two videos"],
)
def test_a_track_count_that_cannot_be_played(text: str):
    with pytest.raises(Refused) as refused:
        play(text)
    assert refused.value.reason == "track_count"


def test_a_section_turned_off_is_not_counted():
    second = PLAY[PLAY.index("m=video") : PLAY.index("m=audio")].replace("a=mid:0", "a=mid:2")
    assert play(PLAY + second.replace("m=video 9", "m=video 0")).video is not None


@pytest.mark.parametrize(
    "text",
    [
        without(PLAY, "a=rtcp-mux"),
        PLAY.replace("BUNDLE 0 1", "BUNDLE 0"),
        without(PLAY, "a=ice-pwd"),
        without(PLAY, "a=fingerprint"),
        without(PLAY, "a=setup"),
    ],
    ids=["no mux", "no bundle", "no password", "no fingerprint", "no setup"],
)
def test_a_transport_that_cannot_be_is_bad_sdp(text: str):
    with pytest.raises(BadSdp):
        play(text)


def test_a_publishers_h264_is_taken_before_its_vp8():
    chosen = publish()
    assert chosen.video is not None and chosen.audio is not None
    assert chosen.video.format.name == "h264"
    assert chosen.video.format.parameters["profile-level-id"] == "42e01f"
    vp8 = publish(PUBLISH.replace("H264/90000", "H265/90000"))
    assert vp8.video is not None
    assert vp8.video.format.name == "vp8"


def test_a_publisher_of_sound_alone_and_of_pictures_alone():
    sections = PUBLISH.index("m=video")
    sound = publish(PUBLISH[:sections].replace("BUNDLE 0 1", "BUNDLE 0"))
    assert sound.video is None and sound.audio is not None and sound.first is sound.audio
    pictures = publish(PUBLISH.replace("a=sendonly", "a=inactive", 1))
    assert pictures.audio is None and pictures.video is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PUBLISH.replace("a=sendonly", "a=recvonly"), "track_count"),
        (PUBLISH.replace("H264/", "H265/").replace("VP8/", "VP9/"), "no_codec"),
    ],
)
def test_a_publisher_of_nothing_usable(text: str, reason: str):
    with pytest.raises(Refused) as refused:
        publish(text)
    assert refused.value.reason == reason


def test_the_transport_is_the_bundles_first_section():
    assert publish().transport.mid == "0"
    assert publish(PUBLISH.replace("BUNDLE 0 1", "BUNDLE 1 0")).transport.mid == "1"
