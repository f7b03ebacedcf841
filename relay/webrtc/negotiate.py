"""Which of an offer's sections and codecs a session takes: H.264 and Opus out, H.264 or VP8 and Opus in.

H.264 profiles are compared by what a decoder of one can decode of another (ISO/IEC 14496-10, annex A); levels are
asymmetric (RFC 6184, section 8.1), so that the answer states the true one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from relay.errors import BadSdp, Refused
from relay.webrtc.sdp import Format, Offer, Section

_PROTOCOLS = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF"})


class Profile(IntEnum):
    """H.264 profiles in the order of what they can decode: each decodes those before it, but Baseline's extras."""

    CONSTRAINED_BASELINE = 0
    BASELINE = 1
    MAIN = 2
    CONSTRAINED_HIGH = 3
    HIGH = 4
    HIGH_444 = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One accepted section with the codec taken, and its RTX payload type if the offer has one."""

    section: Section
    format: Format
    rtx: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accepted sections of an offer. `transport` is the one whose ICE and DTLS attributes count (RFC 9143)."""

    video: Choice | None
    audio: Choice | None
    transport: Section

    @property
    def first(self) -> Choice:
        """The choice of the transport's section."""
        choice = self.of(self.transport)
        assert choice is not None
        return choice

    def of(self, section: Section) -> Choice | None:
        """The choice made for that section, None when it is turned down."""
        return next((choice for choice in (self.video, self.audio) if choice and choice.section is section), None)


def profile_of(profile_idc: int, constraints: int) -> Profile | None:
    """The profile that profile_idc and the constraint flags name (RFC 6184, table 5), None for another."""
    if profile_idc in (0x42, 0x4D, 0x58) and constraints & (0x40 if profile_idc != 0x4D else 0x80):
        return Profile.CONSTRAINED_BASELINE
    if profile_idc == 0x64 and constraints & 0x0C == 0x0C:
        return Profile.CONSTRAINED_HIGH
    return {0x42: Profile.BASELINE, 0x4D: Profile.MAIN, 0x64: Profile.HIGH, 0xF4: Profile.HIGH_444}.get(profile_idc)


def choose_playback(offer: Offer, profile: Profile) -> Chosen:
    """For WHEP: one video, at most one audio section that receive. Raises `BadSdp`, `Refused`."""
    video, audio = _only(offer, "video", receives=True), _only(offer, "audio", receives=True)
    if video is None:
        raise Refused("track_count", "the offer asks for no video")
    choices = [(_fit(format_), format_) for format_ in _h264(video)]
    if not choices:
        raise Refused("no_codec", "the offer has no H.264 with packetization-mode=1, which is what is played here")
    able = [choice for choice in choices if choice[0] >= profile]
    # A decoder's closest profile that holds the stream; without one, its best: browsers decode more than they offer.
    format_ = min(able, key=lambda pair: pair[0])[1] if able else max(choices, key=lambda pair: pair[0])[1]
    return _transport(offer, _choice(video, format_), _opus(audio))


def choose_ingest(offer: Offer) -> Chosen:
    """For WHIP: one audio, one video, or both, that send. Raises `BadSdp`, `Refused`."""
    video, audio = _only(offer, "video", receives=False), _only(offer, "audio", receives=False)
    if video is None and audio is None:
        raise Refused("track_count", "the offer sends neither video nor audio")
    video_choice = None
    if video is not None:
        formats = sorted(_h264(video), key=_fit) + [
            format_ for format_ in video.codecs.values() if format_.name == "vp8"
        ]
        if not formats:
            raise Refused("no_codec", "the offer has neither H.264 with packetization-mode=1 nor VP8")
        video_choice = _choice(video, formats[0])
    audio_choice = _opus(audio)
    if video_choice is None and audio_choice is None:
        raise Refused("no_codec", "the offer has no Opus")
    return _transport(offer, video_choice, audio_choice)


def _only(offer: Offer, kind: str, *, receives: bool) -> Section | None:
    """The one section of that kind and direction. Raises `Refused` when there are more."""
    found = [
        section
        for section in offer.sections
        if section.kind == kind and (section.receives if receives else section.sends) and _is_alive(section, offer)
    ]
    if len(found) > 1:
        raise Refused("track_count", f"{len(found)} {kind} tracks, and one is what can be answered")
    return found[0] if found else None


def _is_alive(section: Section, offer: Offer) -> bool:
    """Port 0 is a section turned off, unless it is bundle-only (RFC 9143, section 6)."""
    return section.protocol in _PROTOCOLS and (section.port != 0 or section.mid in offer.bundle)


def _h264(section: Section) -> list[Format]:
    """The H.264 formats that take fragments (RFC 6184, section 6.3) and whose profile we know."""
    return [
        format_
        for format_ in section.codecs.values()
        if format_.name == "h264"
        and format_.parameters.get("packetization-mode") == "1"
        and _profile(format_) is not None
    ]


def _profile(format_: Format) -> Profile | None:
    # RFC 6184, section 8.1: without profile-level-id, Baseline at level 1.
    try:
        packed = bytes.fromhex(format_.parameters.get("profile-level-id", "42000a"))
    except ValueError:
        return None
    return profile_of(packed[0], packed[1]) if len(packed) == 3 else None


def _fit(format_: Format) -> Profile:
    profile = _profile(format_)
    assert profile is not None
    return profile


def _choice(section: Section, format_: Format) -> Choice:
    apt = str(format_.payload_type)
    rtx = (other for other in section.codecs.values() if other.name == "rtx" and other.parameters.get("apt") == apt)
    return Choice(section, format_, next((other.payload_type for other in rtx), None))


def _opus(section: Section | None) -> Choice | None:
    """Opus is 48000/2 (RFC 7587, section 7), always."""
    if section is None:
        return None
    opus = (one for one in section.codecs.values() if (one.name, one.clock_rate, one.channels) == ("opus", 48000, 2))
    found = next(opus, None)
    return Choice(section, found) if found else None


def _transport(offer: Offer, video: Choice | None, audio: Choice | None) -> Chosen:
    """Check what every accepted section needs, and that they share one transport (RFC 9725, section 4.4.1)."""
    sections = [choice.section for choice in (video, audio) if choice is not None]
    sections.sort(key=lambda section: section.mid != (offer.bundle or [""])[0])
    for section in sections:
        if not section.rtcp_mux:
            raise BadSdp(f"m={section.kind}", "no rtcp-mux")
        if len(sections) > 1 and section.mid not in offer.bundle:
            raise BadSdp(f"m={section.kind}", "not in the BUNDLE group")
    first = sections[0]
    if not (first.ufrag and first.password and first.fingerprints and first.setup):
        raise BadSdp(f"m={first.kind}", "ice-ufrag, ice-pwd, fingerprint or setup is missing")
    return Chosen(video, audio, first)
