"""The seam between the two sides of WebRTC."""

from pylibsrtp import Policy

from relay.webrtc.session import SrtpKeys


def test_keys_never_show_in_a_log():
    keys = SrtpKeys(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, b"secret-local" * 3, b"secret-remote" * 3)
    assert "secret" not in f"{keys} {keys!r} {[keys]}"
    assert str(Policy.SRTP_PROFILE_AEAD_AES_128_GCM) in repr(keys)
