import ctypes

import pytest

from relay.errors import BadRtp
from relay.webrtc import rtcp, srtp
from relay.webrtc.session import SrtpKeys

REPORT = rtcp.PictureLoss(1, 2).build()


@pytest.fixture
def far(receiver):
    return receiver()


def test_rtcp_is_opened_once_and_only_with_the_keys(far):
    session = srtp.RtcpSession(far.keys)
    datagram = far.feedback(rtcp.PictureLoss(1, 2))
    assert session.unprotect(datagram) == REPORT
    with pytest.raises(BadRtp, match="replay"):
        session.unprotect(datagram)
    forged = bytearray(far.feedback(rtcp.PictureLoss(1, 2)))
    forged[9] ^= 1
    with pytest.raises(BadRtp, match="auth"):
        session.unprotect(bytes(forged))


@pytest.mark.parametrize("size", [0, 7, 1501, 65_000])
def test_sizes_that_cannot_be_srtcp_are_bad(far, size):
    with pytest.raises(BadRtp):
        srtp.RtcpSession(far.keys).unprotect(bytes(size))


def test_what_is_protected_the_peer_opens(far):
    session = srtp.RtcpSession(far.keys)
    far.path.sent.append(session.protect(rtcp.Bye((7,)).build()))
    assert far.reports() == [rtcp.Bye((7,))]


def test_the_addresses_are_libsrtp_s_own(far):
    """Called the way compiled code calls them."""
    protect, dealloc = srtp.functions()
    packet = ctypes.create_string_buffer(b"\x80\x60\x00\x01" + bytes(8) + b"payload", 64)
    length = ctypes.c_int(19)
    session = ctypes.c_void_p(srtp.open_media(far.keys))
    call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))
    assert call(protect)(session, packet, ctypes.byref(length)) == 0
    assert length.value == 19 + srtp.TAG_BYTES_MAX
    assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(dealloc)(session) == 0


def test_keys_that_are_too_short_are_refused(far):
    with pytest.raises(ValueError, match="28 bytes"):
        srtp.open_media(SrtpKeys(far.keys.profile, b"short", b"short"))
