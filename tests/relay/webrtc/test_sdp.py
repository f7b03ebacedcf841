"""Offers of real clients, and text that is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadSdp
from relay.webrtc import sdp
from relay.webrtc.dtls import Fingerprint

OFFERS = Path(__file__).parent / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
VIDEO = PLAY[PLAY.index("m=video") : PLAY.index("m=audio")].split("\r\n")


def test_a_browsers_offer_is_read():
    offer = sdp.parse_offer(PLAY)
    assert offer.bundle == ["0", "1"]
    video, audio = offer.sections
    assert (video.kind, video.mid, video.direction, video.setup) == ("video", "0", "recvonly", "actpass")
    assert video.receives and not video.sends
    assert video.rtcp_mux and video.rtcp_rsize
    assert len(video.fingerprints) == 1 and video.fingerprints[0].algorithm == "sha-256"
    assert video.ufrag and len(video.password) >= 22
    h264 = video.codecs[108]
    assert (h264.name, h264.clock_rate) == ("h264", 90000)
    assert h264.parameters["profile-level-id"] == "42e01f"
    assert {"nack", "nack pli", "ccm fir", "goog-remb"} <= set(h264.feedback)
    assert video.codecs[109].parameters == {"apt": "108"}
    assert (audio.codecs[111].name, audio.codecs[111].channels) == ("opus", 2)


def test_bare_line_ends_are_read_too():
    assert sdp.parse_offer(PLAY.replace("\r\n", "\n")) == sdp.parse_offer(PLAY)


def test_attributes_of_the_session_stand_in_every_section():
    text = (
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:" + "x" * 24 + "\r\n"
        "a=setup:active\r\na=fingerprint:SHA-256 aa:" + ":".join(["bb"] * 31) + "\r\na=recvonly\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendrecv\r\n"
    )
    audio, video = sdp.parse_offer(text).sections
    assert audio.ufrag == video.ufrag == "abcd"
    assert audio.setup == "active"
    assert audio.fingerprints == [Fingerprint("sha-256", "AA:" + ":".join(["BB"] * 31))]
    assert (audio.direction, video.direction) == ("recvonly", "sendrecv")


def test_what_is_said_of_a_codec_before_its_name_counts_too():
    lines = PLAY.split("\r\n")
    names = [line for line in lines if line.startswith("a=rtpmap:") and "opus" not in line]
    early = [line for line in lines if line not in names]
    audio = next(at for at, line in enumerate(early) if line.startswith("m=audio"))
    moved = sdp.parse_offer("\r\n".join([*early[:audio], *(line for line in names if line in VIDEO), *early[audio:]]))
    assert moved.sections[0].codecs == sdp.parse_offer(PLAY).sections[0].codecs


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0\r\n",
        "v=1\r\n" + PLAY[5:],
        PLAY.replace("a=setup:actpass", "a=setup:holdconn"),
        PLAY.replace("a=mid:1", "a=mid:0"),
        PLAY.replace("BUNDLE 0 1", "BUNDLE 0 1 2"),
        PLAY.replace("a=ice-ufrag:", "a=ice-ufrag:!"),
        PLAY.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz:"),
        PLAY.replace("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/many/2"),
        PLAY.replace("a=rtpmap:111 ", "a=rtpmap:300 "),
        PLAY.replace("m=audio 9", "m=audio nine"),
        PLAY + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * sdp.SECTIONS_MAX,
        PLAY + "a=x:" + "y" * sdp.SDP_BYTES_MAX,
    ],
)
def test_what_is_wrong_is_refused_by_name(text: str):
    with pytest.raises(BadSdp) as refused:
        sdp.parse_offer(text)
    assert refused.value.where
    assert refused.value.problem


def test_what_one_offer_can_make_us_keep_is_bounded():
    formats = " ".join(str(number % 128) for number in range(5000))
    flood = PLAY + f"m=video 9 UDP/TLS/RTP/SAVPF {formats}\r\na=mid:7\r\n"
    flood += "".join(f"a=rtpmap:{number % 128} h264/90000\r\n" for number in range(500))
    section = sdp.parse_offer(flood).sections[2]
    assert len(section.formats) == sdp.FORMATS_MAX
    assert len(section.codecs) <= sdp.FORMATS_MAX


def test_a_trickle_fragment_gives_its_credentials():
    text = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    text += "a=candidate:1 1 udp 2113667327 host.local 5000 typ host\r\na=candidate:2 1 sctp 1 x 1 typ odd\r\n"
    assert sdp.parse_fragment(text) == sdp.Fragment("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1")
    assert sdp.parse_fragment("a=end-of-candidates\r\n") == sdp.Fragment("", "")


@pytest.mark.parametrize("text", ["a=ice-ufrag:EsAw\r\n", "hello", "a=ice-ufrag:x\r\na=ice-pwd:short\r\n"])
def test_a_fragment_that_is_none_is_refused(text: str):
    with pytest.raises(BadSdp):
        sdp.parse_fragment(text)


LINES = PLAY.split("\r\n")


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.text(max_size=30), st.integers(0, 40)), max_size=6))
def test_damaged_offers_raise_only_bad_sdp(damage: list[tuple[int, str, int]]):
    lines = list(LINES)
    for at, text, cut in damage:
        lines[at] = lines[at][:cut] + text
    try:
        sdp.parse_offer("\r\n".join(lines))
    except BadSdp:
        return


@given(st.text(max_size=400))
def test_any_text_raises_only_bad_sdp(text: str):
    for parse in (sdp.parse_offer, sdp.parse_fragment):
        try:
            parse(text)
        except BadSdp:
            continue
