"""DTLS-SRTP (RFC 5763, RFC 5764) for one peer, sans-I/O; the only file that touches aiortc's seam.

aiortc gives the certificate, the SSL context's settings and the SRTP profiles; its transport, which owns a socket and
a task per peer, is not used. `RTCCertificate._create_ssl_context` is private: the seam is pinned to `AIORTC_SEAM`.

A live OpenSSL connection costs some 90 KB, so it is dropped when the handshake is done. What remains is the last
flight, for a peer that did not get it, and the two write keys, to open and to send one alert: close_notify. That is
possible because a single cipher suite is offered, the one every WebRTC endpoint must have (RFC 8827, section 6.5).
"""

from __future__ import annotations

import hmac
import os
import struct
from dataclasses import dataclass
from typing import Literal

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    certificate_digest,
)
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from OpenSSL import SSL

from relay.errors import BadDtls
from relay.webrtc.session import SrtpKeys

AIORTC_SEAM = "1.16"
# RFC 5764, section 4.1.2: the server takes the first of its own list that the client offers. GCM costs a third of CM.
PROFILES = (SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80)
DATAGRAM_BYTES_MAX = 1200
RESEND_S_FIRST = 0.2  # RFC 6347, section 4.2.4.1 says 1 s by default; a viewer waits for his picture, most are near
RESEND_S_MAX = 4.0
RESENDS_MAX = 20
_CIPHER = b"ECDHE-ECDSA-AES128-GCM-SHA256"
_DTLS_1_2 = 0xFEFD
_RECORD = struct.Struct("!BHHHIH")  # type, version, epoch, sequence number (16 + 32 bits), length
_ALERT, _HANDSHAKE = 21, 22
_CLOSE_NOTIFY = b"\x01\x00"
_DIGESTS = ("sha-256", "sha-384", "sha-512")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A certificate's digest as SDP writes it (RFC 8122, section 5)."""

    algorithm: str
    value: str


class Identity:
    """This process's certificate (EC P-256) and the one SSL context of all its connections."""

    def __init__(self) -> None:
        certificate = RTCCertificate.generateCertificate()
        self.fingerprint = next(
            Fingerprint(print_.algorithm, print_.value)
            for print_ in certificate.getFingerprints()
            if print_.algorithm == "sha-256"
        )
        self.context = certificate._create_ssl_context(srtp_profiles=list(PROFILES))
        self.context.set_options(SSL.OP_NO_QUERY_MTU)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # nobody resumes, and the cache only grows
        self.context.set_max_proto_version(_DTLS_1_2)
        self.context.set_cipher_list(_CIPHER)


@dataclass(slots=True)
class _AlertKeys:
    """What is left of the DTLS session: write keys with their fixed nonces (RFC 5288, section 3)."""

    local: bytes
    remote: bytes
    sequence: int


class Endpoint:
    """One peer's handshake, and after it the wait for close_notify. `now` is a monotonic clock in seconds.

    `keys` is set when the handshake is done and the peer's certificate has one of `fingerprints`.
    `closed` is set when the peer said close_notify. `resend_at` is when `resend` wants to be called, or None.
    """

    def __init__(
        self, identity: Identity, role: Literal["server", "client"], fingerprints: tuple[Fingerprint, ...]
    ) -> None:
        self.role = role
        self.keys: SrtpKeys | None = None
        self.closed = False
        self.resend_at: float | None = None
        self._fingerprints = fingerprints
        self._flight: list[bytes] = []
        self._resends = 0
        self._alerts: _AlertKeys | None = None
        self._ssl: SSL.Connection | None = SSL.Connection(identity.context)
        self._ssl.set_ciphertext_mtu(DATAGRAM_BYTES_MAX)
        if role == "server":
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()

    def start(self, now: float) -> list[bytes]:
        """The first flight of a client; a server waits. Raises `BadDtls`."""
        return self._advance(now) if self.role == "client" else []

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Take one datagram; give those to send back. Raises `BadDtls` when the handshake cannot go on."""
        if self._ssl is None:
            return self._after_handshake(datagram)
        self._ssl.bio_write(datagram)
        return self._advance(now)

    def resend(self, now: float) -> list[bytes]:
        """The last flight again, if the peer has not answered it (RFC 6347, section 4.2.4)."""
        if self.resend_at is None or now < self.resend_at:
            return []
        self._resends += 1
        wait = min(RESEND_S_FIRST * 2**self._resends, RESEND_S_MAX)
        self.resend_at = now + wait if self._resends < RESENDS_MAX else None
        return self._flight

    def close(self) -> list[bytes]:
        """close_notify for the peer (RFC 5246, section 7.2.1), once; nothing before the handshake is done."""
        if self._alerts is None or self.closed:
            return []
        self.closed = True
        key, salt = self._alerts.local[:16], self._alerts.local[16:]
        nonce = os.urandom(8)  # OpenSSL's own nonces start at a random value too; one more cannot meet them
        aad = struct.pack("!HHIBHH", 1, 0, self._alerts.sequence, _ALERT, _DTLS_1_2, len(_CLOSE_NOTIFY))
        sealed = nonce + AESGCM(key).encrypt(salt + nonce, _CLOSE_NOTIFY, aad)
        return [_RECORD.pack(_ALERT, _DTLS_1_2, 1, 0, self._alerts.sequence, len(sealed)) + sealed]

    def _advance(self, now: float) -> list[bytes]:
        assert self._ssl is not None
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return self._new_flight(now)
        except SSL.Error as problem:
            raise BadDtls("handshake", str(problem)) from None
        flight = self._new_flight(now)
        self._finish()
        return flight

    def _new_flight(self, now: float) -> list[bytes]:
        assert self._ssl is not None
        try:
            written = self._ssl.bio_read(65536)
        except SSL.WantReadError:
            return []
        self._flight, self._resends, self.resend_at = datagrams(written), 0, now + RESEND_S_FIRST
        return self._flight

    def _finish(self) -> None:
        """Check who it is, take the keys, let OpenSSL's connection go."""
        assert self._ssl is not None
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        assert certificate is not None  # VERIFY_FAIL_IF_NO_PEER_CERT
        known = [print_ for print_ in self._fingerprints if print_.algorithm.lower() in _DIGESTS]
        # RFC 8122, section 6.2: a peer with no fingerprint we can compute, or with another, is not who signalled.
        if not known or any(
            certificate_digest(certificate, print_.algorithm.lower()) != print_.value.upper() for print_ in known
        ):
            raise BadDtls("fingerprint", "the certificate is not the one of the offer")
        self.keys = self._srtp_keys(self._ssl)
        self._alerts = self._alert_keys(self._ssl)
        self.resend_at = None
        self._ssl = None

    def _srtp_keys(self, connection: SSL.Connection) -> SrtpKeys:
        """RFC 5764, section 4.2."""
        chosen = connection.get_selected_srtp_profile()
        profile = next((profile for profile in PROFILES if profile.openssl_profile == chosen), None)
        if profile is None:
            raise BadDtls("use_srtp", "no protection profile in common")
        size = 2 * (profile.key_length + profile.salt_length)
        material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        client, server = profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)
        local, remote = (server, client) if self.role == "server" else (client, server)
        return SrtpKeys(profile.libsrtp_profile, local, remote)

    def _alert_keys(self, connection: SSL.Connection) -> _AlertKeys:
        """RFC 5246, section 6.3: client key, server key (16 bytes each), client nonce, server nonce (4 each)."""
        master, server, client = connection.master_key(), connection.server_random(), connection.client_random()
        assert master is not None and server is not None and client is not None
        block = _prf(master, b"key expansion" + server + client, 40)
        client_keys, server_keys = block[:16] + block[32:36], block[16:32] + block[36:40]
        local, remote = (server_keys, client_keys) if self.role == "server" else (client_keys, server_keys)
        return _AlertKeys(local, remote, sequence=RESENDS_MAX + 2)

    def _after_handshake(self, datagram: bytes) -> list[bytes]:
        """A repeated last flight of the peer means that ours was lost; an alert that opens, that it leaves."""
        kind = datagram[0]
        if kind == _ALERT and self._is_close_notify(datagram):
            self.closed = True
        elif kind == _HANDSHAKE and self.role == "server" and self._resends < RESENDS_MAX:
            self._resends += 1
            return self._flight
        return []

    def _is_close_notify(self, datagram: bytes) -> bool:
        assert self._alerts is not None
        if len(datagram) < _RECORD.size:
            return False
        kind, version, epoch, high, low, length = _RECORD.unpack_from(datagram)
        body = datagram[_RECORD.size : _RECORD.size + length]
        if len(body) != length or length != 8 + len(_CLOSE_NOTIFY) + 16:
            return False
        aad = struct.pack("!HHIBHH", epoch, high, low, kind, version, len(_CLOSE_NOTIFY))
        try:
            opened = AESGCM(self._alerts.remote[:16]).decrypt(self._alerts.remote[16:] + body[:8], body[8:], aad)
        except InvalidTag:
            return False
        return opened[1:] == _CLOSE_NOTIFY[1:]


def _prf(secret: bytes, seed: bytes, size: int) -> bytes:
    """P_SHA256 (RFC 5246, section 5)."""
    block, out = seed, b""
    while len(out) < size:
        block = hmac.digest(secret, block, "sha256")
        out += hmac.digest(secret, block + seed, "sha256")
    return out[:size]


def datagrams(written: bytes) -> list[bytes]:
    """What OpenSSL wrote, cut at record boundaries into datagrams of at most `DATAGRAM_BYTES_MAX`."""
    out: list[bytes] = []
    at = 0
    while at < len(written):
        end = at + _RECORD.size + int.from_bytes(written[at + 11 : at + 13], "big")
        if out and len(out[-1]) + end - at <= DATAGRAM_BYTES_MAX:
            out[-1] += written[at:end]
        else:
            out.append(written[at:end])
        at = end
    return out
