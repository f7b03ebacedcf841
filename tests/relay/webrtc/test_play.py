"""A WHEP session's media before, while and after it plays."""

from __future__ import annotations

from pathlib import Path

import pytest
from pylibsrtp import Policy

from relay.webrtc import negotiate, sdp
from relay.webrtc.play import Play
from relay.webrtc.session import SrtpKeys, ViewerParams

PLAY = (Path(__file__).parent / "offers" / "chromium_play.sdp").read_bytes().decode()
KEYS = SrtpKeys(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, bytes(28), bytes(28))


class Egress:
    """Its one viewer, too."""

    viewers = 1

    def __init__(self) -> None:
        self.calls: list[object] = []

    def add(self, params: ViewerParams) -> Egress:
        self.calls.append(params)
        return self

    def move(self, path: object) -> None:
        self.calls.append(("move", path))

    def receive_rtcp(self, srtcp: bytes) -> bool:
        self.calls.append(("rtcp", srtcp))
        return srtcp != b"forged"

    def close(self) -> None:
        self.calls.append("close")


class Wire:
    kind = "udp"
    address = ("192.0.2.1", 1)

    def send(self, datagram: bytes) -> None: ...


def play(text: str = PLAY) -> tuple[Play, Egress, list[str]]:
    egress, ended = Egress(), []
    chosen = negotiate.choose_playback(sdp.parse_offer(text), negotiate.Profile.MAIN)
    return Play(chosen, egress, ended.append), egress, ended


def test_what_it_sends_is_what_it_said():
    one, egress, _ = play()
    said = one.sending(b"record")
    one.ready(KEYS, Wire())
    params = egress.calls[0]
    assert isinstance(params, ViewerParams)
    assert (params.video_ssrc, params.rtx_ssrc, params.audio_ssrc, params.cname) == (
        said.video_ssrc,
        said.rtx_ssrc,
        said.audio_ssrc,
        said.cname,
    )
    assert len({params.video_ssrc, params.rtx_ssrc, params.audio_ssrc}) == 3
    assert (params.video_payload_type, params.rtx_payload_type) == (116, 117)


def test_ssrcs_are_drawn_for_each_session():
    assert play()[0].sending(b"").video_ssrc != play()[0].sending(b"").video_ssrc


@pytest.mark.parametrize(("offer", "rtx", "audio"), [(PLAY.replace("apt=116", "apt=1"), None, 111), (PLAY, 117, 111)])
def test_what_the_offer_lacks_is_none(offer: str, rtx: int | None, audio: int | None):
    one, egress, _ = play(offer)
    one.ready(KEYS, Wire())
    params = egress.calls[0]
    assert isinstance(params, ViewerParams)
    assert (params.rtx_payload_type, params.audio_payload_type) == (rtx, audio)


def test_its_calls_reach_the_viewer_once_there_is_one():
    one, egress, ended = play()
    one.moved(Wire())
    assert not one.received(b"early", is_rtcp=True)
    assert egress.calls == []
    one.ready(KEYS, wire := Wire())
    one.moved(wire)
    assert one.received(b"rtcp", is_rtcp=True)
    assert not one.received(b"rtp", is_rtcp=False)
    one.ended("deleted")
    assert egress.calls[1:] == [("move", wire), ("rtcp", b"rtcp"), "close"]
    assert ended == ["deleted"]


def test_one_that_never_began_ends_quietly():
    one, egress, ended = play()
    one.ended("ice_timeout")
    assert (egress.calls, ended) == ([], ["ice_timeout"])
