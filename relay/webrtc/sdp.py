"""Offers and trickle fragments read (RFC 8866, RFC 8829, RFC 8840). Nothing but `BadSdp` escapes.

aiortc's parser is not used: it asserts, or raises whatever comes, on lines that it does not expect.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from relay.errors import BadSdp
from relay.webrtc.dtls import Fingerprint

SDP_BYTES_MAX = 64 * 1024
SECTIONS_MAX = 16
FORMATS_MAX = 128
_MEDIA = re.compile(r"(\w{1,32}) (\d{1,5})(?:/\d+)? ([\w/]{1,64}) (.+)", re.ASCII)
_TOKEN = re.compile(r"[!-~]{1,256}")
_ICE_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")  # RFC 8839, section 5.4
_ICE_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"([\w-]{1,32}) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7,63})", re.ASCII)
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_SETUPS = frozenset({"actpass", "active", "passive"})
_CODECS = frozenset({"h264", "vp8", "opus", "rtx"})  # of the two dozen that a browser offers
_PAYLOAD_TYPES = {str(number): number for number in range(128)}


@dataclass(slots=True)
class Format:
    """One payload type of a codec we know, with all that the offer says of it. `name` is in lower case."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int
    parameters: dict[str, str] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """One m= section of an offer."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    mid: str = ""
    direction: str = "sendrecv"  # RFC 8866, section 6.7
    rtcp_mux: bool = False
    rtcp_rsize: bool = False
    codecs: dict[int, Format] = field(default_factory=dict)
    ufrag: str = ""
    password: str = ""
    setup: str = ""
    fingerprints: list[Fingerprint] = field(default_factory=list)

    @property
    def sends(self) -> bool:
        return self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        return self.direction in ("sendrecv", "recvonly")


@dataclass(slots=True)
class Offer:
    """What an offer says, section by section; transport attributes of the session level stand in every section."""

    sections: list[Section]
    bundle: list[str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A PATCH body (RFC 8840, section 9). Its candidates mean nothing to a lite agent and are not kept."""

    ufrag: str
    password: str


def parse_offer(text: str) -> Offer:
    """Read a whole offer. Raises `BadSdp`."""
    lines = _lines(text)
    if lines[:1] != ["v=0"]:
        raise BadSdp("v=", "not SDP")
    section = shared = Section("", 0, "", [])
    offer = Offer([], [])
    later: list[tuple[Callable[[Section, str], None], Section, str]] = []
    for line in lines[1:]:
        kind, _, rest = line.partition("=")
        if kind == "a":
            name, _, value = rest.partition(":")
            if name in _DIRECTIONS:
                section.direction = name
            elif reader := _READERS.get(name):
                reader(section, value)
            elif reader := _AFTER_RTPMAP.get(name):
                later.append((reader, section, value))
            elif name == "group" and value.startswith("BUNDLE"):
                offer.bundle = value.split()[1:]
        elif kind == "m":
            section = _section(rest, shared)
            offer.sections.append(section)
    for reader, section, value in later:
        reader(section, value)
    _check(offer)
    return offer


def parse_fragment(text: str) -> Fragment:
    """Read an application/trickle-ice-sdpfrag body. Raises `BadSdp`."""
    shared = Section("", 0, "", [])
    for line in _lines(text):
        name, _, value = line[2:].partition(":")
        if line.startswith(("a=ice-ufrag:", "a=ice-pwd:")):
            _READERS[name](shared, value)
        elif not re.match(r"[a-z]=", line):
            raise BadSdp("sdpfrag", "not lines of SDP")
    if bool(shared.ufrag) != bool(shared.password):
        raise BadSdp("sdpfrag", "ice-ufrag and ice-pwd come together")
    return Fragment(shared.ufrag, shared.password)


def _lines(text: str) -> list[str]:
    if len(text) > SDP_BYTES_MAX:
        raise BadSdp("body", f"longer than {SDP_BYTES_MAX} bytes")
    if text.count("\nm=") > SECTIONS_MAX:
        raise BadSdp("m=", f"more than {SECTIONS_MAX} sections")
    return [line for line in text.replace("\r\n", "\n").split("\n") if line]


def _section(line: str, shared: Section) -> Section:
    found = _MEDIA.fullmatch(line)
    if not found:
        raise BadSdp("m=", "not a media line")
    kind, port, protocol, formats = found.groups()
    section = Section(kind, int(port), protocol, formats.split()[:FORMATS_MAX])
    section.direction, section.setup = shared.direction, shared.setup
    section.ufrag, section.password = shared.ufrag, shared.password
    section.fingerprints = list(shared.fingerprints)
    return section


def _read_mux(section: Section, _: str) -> None:
    section.rtcp_mux = True


def _read_reduced_size(section: Section, _: str) -> None:
    section.rtcp_rsize = True


def _read_mid(section: Section, value: str) -> None:
    section.mid = _matched(_TOKEN, value, "mid")


def _read_ufrag(section: Section, value: str) -> None:
    section.ufrag = _matched(_ICE_UFRAG, value.strip(), "ice-ufrag")


def _read_password(section: Section, value: str) -> None:
    section.password = _matched(_ICE_PASSWORD, value.strip(), "ice-pwd")


def _read_setup(section: Section, value: str) -> None:
    if value not in _SETUPS:
        raise BadSdp("setup", "not actpass, active or passive")
    section.setup = value


def _read_fingerprint(section: Section, value: str) -> None:
    found = _FINGERPRINT.fullmatch(value.strip())
    if not found:
        raise BadSdp("fingerprint", "malformed")
    section.fingerprints = [*section.fingerprints[:7], Fingerprint(found[1].lower(), found[2].upper())]


def _read_rtpmap(section: Section, value: str) -> None:
    number, _, encoding = value.partition(" ")
    payload_type = _payload_type(number, "rtpmap")
    name, _, clock = encoding.strip().lower().partition("/")
    if name in _CODECS and number in section.formats:
        rate, _, channels = clock.partition("/")
        rates = _number(rate, "rtpmap"), _number(channels or "1", "rtpmap")
        section.codecs[payload_type] = Format(payload_type, name, *rates)


def _read_fmtp(section: Section, value: str) -> None:
    number, _, parameters = value.partition(" ")
    format_ = section.codecs.get(_payload_type(number, "fmtp"))
    if format_ is not None:
        for parameter in parameters.split(";"):
            name, _, setting = parameter.strip().partition("=")
            format_.parameters[name.lower()] = setting


def _read_feedback(section: Section, value: str) -> None:
    number, _, feedback = value.partition(" ")
    if number == "*":
        taken = list(section.codecs.values())
    else:
        format_ = section.codecs.get(_payload_type(number, "rtcp-fb"))
        taken = [] if format_ is None else [format_]
    for format_ in taken:
        if len(format_.feedback) < FORMATS_MAX:
            format_.feedback.append(feedback.strip().lower())


def _matched(pattern: re.Pattern[str], value: str, where: str) -> str:
    if not pattern.fullmatch(value):
        raise BadSdp(where, "malformed")
    return value


def _number(text: str, where: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise BadSdp(where, "not a number")
    return int(text)


def _payload_type(text: str, where: str) -> int:
    number = _PAYLOAD_TYPES.get(text)
    if number is None:
        raise BadSdp(where, "not a payload type")
    return number


def _check(offer: Offer) -> None:
    if not offer.sections:
        raise BadSdp("m=", "no media")
    mids = [section.mid for section in offer.sections if section.mid]
    if len(set(mids)) != len(mids) or not set(offer.bundle) <= set(mids):
        raise BadSdp("mid", "not unique, or bundled and missing")


_READERS: dict[str, Callable[[Section, str], None]] = {
    "mid": _read_mid,
    "rtcp-mux": _read_mux,
    "rtcp-rsize": _read_reduced_size,
    "ice-ufrag": _read_ufrag,
    "ice-pwd": _read_password,
    "setup": _read_setup,
    "fingerprint": _read_fingerprint,
    "rtpmap": _read_rtpmap,
}
# These speak of codecs, and nothing says that rtpmap comes first (RFC 8866, section 6).
_AFTER_RTPMAP = {"fmtp": _read_fmtp, "rtcp-fb": _read_feedback}
