"""Answers written (RFC 8829, RFC 9725): ICE-lite, one bundled transport, one direction, what was chosen and no more."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from relay.codecs import h264
from relay.webrtc.candidates import Candidate
from relay.webrtc.dtls import Fingerprint
from relay.webrtc.ice import Credentials
from relay.webrtc.negotiate import Choice, Chosen
from relay.webrtc.sdp import Offer, Section

_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_LEVEL_IN = "34"  # 5.2: whatever an encoder makes is taken
_START_KBPS = 2_500  # Chromium alone reads it; without it, it creeps up from 300


@dataclass(frozen=True, slots=True)
class Transport:
    """Our side of the one transport: what ICE and DTLS put into an answer."""

    credentials: Credentials
    fingerprint: Fingerprint
    setup: str
    candidates: list[Candidate]

    def ice(self) -> list[str]:
        """The ICE lines, the same in an answer and in the answer to a restart."""
        return [
            f"a=ice-ufrag:{self.credentials.ufrag}",
            f"a=ice-pwd:{self.credentials.password}",
            *(f"a=candidate:{candidate}" for candidate in self.candidates),
            "a=end-of-candidates",
        ]


@dataclass(frozen=True, slots=True)
class Sending:
    """What a WHEP answer says of the media: our SSRCs, and the track's AVC record for the honest profile."""

    video_ssrc: int
    rtx_ssrc: int
    audio_ssrc: int
    cname: str
    record: bytes

    def of(self, choice: Choice) -> list[str]:
        """The msid and ssrc lines of one section (RFC 8830; RFC 5576)."""
        kind = choice.section.kind
        ssrcs = [self.video_ssrc if kind == "video" else self.audio_ssrc]
        lines = [f"a=msid:{self.cname} {kind}"]
        if choice.rtx is not None:
            ssrcs.append(self.rtx_ssrc)
            lines.append(f"a=ssrc-group:FID {self.video_ssrc} {self.rtx_ssrc}")
        return lines + [f"a=ssrc:{ssrc} cname:{self.cname}" for ssrc in ssrcs]


def render(offer: Offer, chosen: Chosen, transport: Transport, sending: Sending | None) -> str:
    """The whole answer: sendonly with `sending` (WHEP), recvonly without (WHIP)."""
    accepted = [section for section in offer.sections if chosen.of(section)]
    lines = ["v=0", f"o=- {transport.credentials.ufrag.encode().hex()[:15].translate(_DIGITS)} 1 IN IP4 0.0.0.0"]
    lines += ["s=-", "t=0 0", "a=ice-lite", "a=msid-semantic: WMS *"]
    if offer.bundle:
        lines.append("a=group:BUNDLE " + " ".join(section.mid for section in accepted))
    for section in offer.sections:
        choice = chosen.of(section)
        lines += _turned_down(section) if choice is None else _accepted(choice, chosen, transport, sending)
    return "\r\n".join(lines) + "\r\n"


def render_restart(mids: list[str], media: str, transport: Transport) -> str:
    """The answer to an ICE restart (RFC 9725, section 4.3.3; RFC 8840, section 9)."""
    lines = ["a=ice-lite", "a=group:BUNDLE " + " ".join(mids), media, f"a=mid:{mids[0]}", *transport.ice()]
    return "\r\n".join(lines) + "\r\n"


_DIGITS = str.maketrans("abcdef", "123456")  # the session id is a number (RFC 8866, section 5.2)


def _turned_down(section: Section) -> list[str]:
    """RFC 8829, section 5.3.1: port 0, the rest as offered."""
    lines = [f"m={section.kind} 0 {section.protocol} {section.formats[0]}", "c=IN IP4 0.0.0.0", "a=inactive"]
    return lines + ([f"a=mid:{section.mid}"] if section.mid else [])


def media_line(choice: Choice) -> str:
    """The m= line of an accepted section."""
    formats = " ".join(str(number) for number in (choice.format.payload_type, choice.rtx) if number is not None)
    return f"m={choice.section.kind} 9 {choice.section.protocol} {formats}"


def _accepted(choice: Choice, chosen: Chosen, transport: Transport, sending: Sending | None) -> list[str]:
    section = choice.section
    lines = [media_line(choice), "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0"]
    if section is chosen.transport:
        lines += transport.ice()
    else:
        lines += transport.ice()[:2]
    lines.append(f"a=fingerprint:{transport.fingerprint.algorithm} {transport.fingerprint.value}")
    lines.append(f"a=setup:{transport.setup}")
    if section.mid:
        lines.append(f"a=mid:{section.mid}")
    lines.append("a=sendonly" if sending else "a=recvonly")
    lines.append("a=rtcp-mux")
    if section.rtcp_rsize:
        lines.append("a=rtcp-rsize")
    return lines + _codec(choice, sending) + (sending.of(choice) if sending else [])


def _codec(choice: Choice, sending: Sending | None) -> list[str]:
    """rtpmap, rtcp-fb and fmtp of the codec taken and of its RTX."""
    taken = choice.format
    number = taken.payload_type
    if taken.name == "opus":
        lines = [f"a=rtpmap:{number} opus/48000/2"]
    else:
        lines = [f"a=rtpmap:{number} {taken.name.upper()}/{taken.clock_rate}"]
    lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in _FEEDBACK if feedback in taken.feedback]
    if parameters := _parameters(choice, sending):
        lines.append(f"a=fmtp:{number} {parameters}")
    if choice.rtx is not None:
        lines += [f"a=rtpmap:{choice.rtx} rtx/{taken.clock_rate}", f"a=fmtp:{choice.rtx} apt={number}"]
    return lines


def _parameters(choice: Choice, sending: Sending | None) -> str:
    taken = choice.format
    if taken.name == "opus":
        stereo = ";stereo=1;sprop-stereo=1" if sending and taken.parameters.get("stereo") == "1" else ""
        return "minptime=10;useinbandfec=1" + stereo
    start = "" if sending else f"x-google-start-bitrate={_START_KBPS}"
    if taken.name != "h264":
        return start
    # RFC 6184, section 8.2.2: the profile part as offered, the level ours.
    offered = taken.parameters.get("profile-level-id", "42000a").lower()
    level = f"{sending.record[3]:02x}" if sending else _LEVEL_IN
    parts = ["level-asymmetry-allowed=1", "packetization-mode=1", f"profile-level-id={offered[:4]}{level}"]
    if sending:
        parts.append(f"sprop-parameter-sets={_parameter_sets(sending.record)}")
    return ";".join(parts + ([start] if start else []))


def _parameter_sets(record: bytes) -> str:
    """RFC 6184, section 8.1: the sets in base64, commas between."""
    config = h264.parse_record(record)
    return ",".join(base64.b64encode(unit).decode() for unit in (*config.sps, *config.pps))
