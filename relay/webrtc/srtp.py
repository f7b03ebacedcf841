"""libsrtp sessions made from one peer's keys. A session belongs to one thread.

Media has a session of its own, known by its address, so that a fan-out thread can call libsrtp without Python; RTCP has
another. Both use the same keys: RTP and RTCP derive different ones from them (RFC 3711, section 4.3.1), and all RTCP of
a peer goes through one session, so no SRTCP index is used twice.
"""

from __future__ import annotations

from typing import Any

import pylibsrtp
from pylibsrtp import Policy, Session, _binding

from relay.errors import BadRtp
from relay.webrtc.session import SrtpKeys

TAG_BYTES_MAX = 16  # AEAD_AES_128_GCM (RFC 7714, section 12.1)
REPEAT_PACKETS = 1024  # how far back an identical packet may be sent again: a second of 12 Mb/s
_DATAGRAM_BYTES_MAX = 1500

ffi: Any = _binding.ffi
lib: Any = _binding.lib


def open_media(keys: SrtpKeys, *, repeats: bool = False) -> int:
    """A session for all that is sent as RTP; whoever takes the address calls `free_media` with it, once.

    `repeats`: for a peer without RTX, whose repairs are identical packets: nothing new stands under their index then.
    libsrtp shifts its whole window at every packet, so the others keep its small one.
    """
    policy = Policy(keys.local, Policy.SSRC_ANY_OUTBOUND, 0, keys.profile)
    if repeats:
        policy.allow_repeat_tx = True
        policy.window_size = REPEAT_PACKETS
    session = ffi.new("srtp_t *")
    if lib.srtp_create(session, policy._policy) != lib.srtp_err_status_ok:
        raise pylibsrtp.Error("srtp_create failed")
    return int(ffi.cast("uintptr_t", session[0]))


def free_media(address: int) -> None:
    """Once, by whoever owns it."""
    lib.srtp_dealloc(ffi.cast("srtp_t", address))


def functions() -> tuple[int, int]:
    """The addresses of `srtp_protect` and `srtp_dealloc`, for calls without Python."""
    return tuple(int(ffi.cast("uintptr_t", ffi.addressof(lib, name))) for name in ("srtp_protect", "srtp_dealloc"))  # type: ignore[return-value]


class RtcpSession:
    """One peer's SRTCP, both ways."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._out = Session(Policy(keys.local, Policy.SSRC_ANY_OUTBOUND, 0, keys.profile))
        self._in = Session(Policy(keys.remote, Policy.SSRC_ANY_INBOUND, 0, keys.profile))

    def protect(self, packet: bytes) -> bytes:
        return self._out.protect_rtcp(packet)

    def unprotect(self, packet: bytes) -> bytes:
        """Raises `BadRtp` for what is forged, replayed or cut off."""
        if not 8 <= len(packet) <= _DATAGRAM_BYTES_MAX:
            raise BadRtp("srtcp", f"of {len(packet)} bytes")
        try:
            return self._in.unprotect_rtcp(packet)
        except pylibsrtp.Error as error:
            raise BadRtp("srtcp", str(error)) from None
