"""Answers as PROTOCOLS section 2 wants them, read back by aiortc's parser."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription

from relay.webrtc import answer, negotiate, sdp
from relay.webrtc.candidates import candidates
from relay.webrtc.dtls import Fingerprint
from relay.webrtc.ice import Credentials

OFFERS = Path(__file__).parent / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
PUBLISH = (OFFERS / "chromium_publish.sdp").read_bytes().decode()
SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb35060606078"), bytes.fromhex("68ce3c80")
RECORD = b"\x01\x42\xc0\x1e\xff\xe1\x00\x10" + SPS + b"\x01\x00\x04" + PPS
TRANSPORT = answer.Transport(
    Credentials("ourfrag1", "p" * 24),
    Fingerprint("sha-256", ":".join(["AB"] * 32)),
    "passive",
    candidates([("192.0.2.1", 8189), ("2001:db8::1", 8189)]),
)
SENDING = answer.Sending(111111, 222222, 333333, "cname", RECORD)


def whep(text: str = PLAY) -> str:
    offer = sdp.parse_offer(text)
    return answer.render(offer, negotiate.choose_playback(offer, negotiate.Profile(0)), TRANSPORT, SENDING)


def whip(text: str = PUBLISH) -> str:
    offer = sdp.parse_offer(text)
    return answer.render(offer, negotiate.choose_ingest(offer), TRANSPORT, None)


@pytest.mark.parametrize("direction", ["recvonly", "sendrecv"])
def test_whep_answers_sendonly_whatever_was_offered(direction: str):
    read = SessionDescription.parse(whep(PLAY.replace("a=recvonly", f"a={direction}")))
    assert [media.direction for media in read.media] == ["sendonly", "sendonly"]


@pytest.mark.parametrize("direction", ["sendonly", "sendrecv"])
def test_whip_answers_recvonly_whatever_was_offered(direction: str):
    read = SessionDescription.parse(whip(PUBLISH.replace("a=sendonly", f"a={direction}")))
    assert [media.direction for media in read.media] == ["recvonly", "recvonly"]


def test_one_bundled_muxed_lite_transport_with_udp_and_tcp_candidates():
    text = whep()
    read = SessionDescription.parse(text)
    assert read.group[0].items == ["0", "1"]
    assert "a=ice-lite\r\n" in text
    for media in read.media:
        assert media.rtcp_mux
        assert media.ice.usernameFragment == "ourfrag1"
        assert media.dtls is not None and media.dtls.role == "server"
    offered = [(one.protocol, one.ip, one.port, one.tcpType) for one in read.media[0].ice_candidates]
    assert offered == [
        ("udp", "192.0.2.1", 8189, None),
        ("tcp", "192.0.2.1", 8189, "passive"),
        ("udp", "2001:db8::1", 8189, None),
        ("tcp", "2001:db8::1", 8189, "passive"),
    ]
    priorities = [one.priority for one in read.media[0].ice_candidates]
    assert min(priorities[::2]) > max(priorities[1::2]), "any UDP comes before any TCP"
    assert read.media[0].ice_candidates_complete


def test_one_stream_with_our_ssrcs():
    read = SessionDescription.parse(whep())
    assert {media.msid.split()[0] for media in read.media if media.msid} == {"cname"}
    assert [one.ssrc for one in read.media[0].ssrc] == [111111, 222222]
    assert read.media[0].ssrc_group[0].items == [111111, 222222]
    assert [one.ssrc for one in read.media[1].ssrc] == [333333]


def test_h264_is_stated_honestly():
    video = SessionDescription.parse(whep()).media[0]
    assert [codec.name for codec in video.rtp.codecs] == ["H264", "rtx"]
    parameters = video.rtp.codecs[0].parameters
    assert parameters["packetization-mode"] == "1"
    assert parameters["profile-level-id"] == "42e01e", "the profile as offered, the level of the track"
    assert parameters["sprop-parameter-sets"] == ",".join(base64.b64encode(unit).decode() for unit in (SPS, PPS))
    assert video.rtp.codecs[1].parameters == {"apt": 108}
    feedback = {f"{one.type} {one.parameter or ''}".strip() for one in video.rtp.codecs[0].rtcpFeedback}
    assert feedback == {"nack", "nack pli", "ccm fir", "goog-remb"}, "and no transport-cc"


def test_only_feedback_that_was_offered_is_answered():
    assert "goog-remb" not in whep(PLAY.replace("goog-remb", "other"))


def test_opus_and_stereo_when_the_viewer_wants_it():
    audio = SessionDescription.parse(whep()).media[1]
    assert str(audio.rtp.codecs[0]) == "opus/48000/2"
    assert "stereo=1" not in whep()
    assert "stereo=1;sprop-stereo=1" in whep(PLAY.replace("useinbandfec=1", "useinbandfec=1;stereo=1"))


def test_whip_takes_any_level():
    assert "profile-level-id=42e034" in whip()
    assert "sprop" not in whip() and "a=ssrc" not in whip()


def test_what_is_not_taken_is_turned_down_in_its_place():
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n"
    text = whep(PLAY.replace("BUNDLE 0 1", "BUNDLE 0 1 2") + data)
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in text
    assert "a=group:BUNDLE 0 1\r\n" in text
    no_audio = whep(PLAY.replace("opus/48000/2", "other/48000/2"))
    assert "m=audio 0 " in no_audio
    assert "a=group:BUNDLE 0\r\n" in no_audio


def test_a_restart_is_answered_with_a_fragment_that_can_be_read():
    text = answer.render_restart(["0", "1"], "m=video 9 UDP/TLS/RTP/SAVPF 108 109", TRANSPORT)
    assert sdp.parse_fragment(text) == sdp.Fragment("ourfrag1", "p" * 24)
    assert text.startswith("a=ice-lite\r\n")
    assert text.count("a=candidate:") == 4
    assert text.index("m=video") < text.index("a=mid:0") < text.index("a=ice-ufrag")


def test_the_session_id_is_a_number():
    origin = next(line for line in whep().split("\r\n") if line.startswith("o="))
    assert origin.split()[1].isdecimal()
