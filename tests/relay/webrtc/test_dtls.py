"""The DTLS seam: handshakes with aiortc's own context as the peer, both roles, losses, lies."""

from __future__ import annotations

import importlib.metadata

import pylibsrtp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import SSL

from relay.errors import BadDtls
from relay.webrtc import dtls
from relay.webrtc.dtls import Endpoint, Fingerprint, Identity


@pytest.fixture(scope="module")
def ours() -> Identity:
    return Identity()


@pytest.fixture(scope="module")
def theirs() -> Identity:
    return Identity()


def shake(server: Endpoint, client: Endpoint, lose: set[int] = frozenset()) -> float:
    """Run both in virtual time, losing the datagrams whose numbers are in `lose`; gives the time it took."""
    now, count = 0.0, 0
    wires: list[tuple[Endpoint, bytes]] = [(server, datagram) for datagram in client.start(now)]
    while not (server.keys and client.keys):
        while wires:
            to, datagram = wires.pop(0)
            count += 1
            if count in lose:
                continue
            other = client if to is server else server
            wires += [(other, answer) for answer in to.receive(datagram, now)]
        if server.keys and client.keys:
            break
        due = [(end.resend_at, end) for end in (server, client) if end.resend_at is not None]
        assert due, "nobody would ever send again"
        now, end = min(due, key=lambda pair: pair[0])
        wires = [(client if end is server else server, datagram) for datagram in end.resend(now)]
    return now


def pair(ours: Identity, theirs: Identity, server_prints=None) -> tuple[Endpoint, Endpoint]:
    server = Endpoint(ours, "server", server_prints or (theirs.fingerprint,))
    return server, Endpoint(theirs, "client", (ours.fingerprint,))


def test_the_seam_is_the_aiortc_it_was_written_for() -> None:
    assert importlib.metadata.version("aiortc").startswith(dtls.AIORTC_SEAM + ".")


def test_keys_agree_and_gcm_comes_first(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs)
    shake(server, client)
    assert server.keys.profile == pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    assert (server.keys.local, server.keys.remote) == (client.keys.remote, client.keys.local)
    assert len(server.keys.local) == 28
    assert server.keys.local.hex() not in repr(server.keys)


def test_the_profile_is_the_first_of_the_servers_list_that_the_client_has(ours: Identity) -> None:
    class CmOnly(Identity):
        def __init__(self) -> None:
            super().__init__()
            self.context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM")

    other = CmOnly()
    server, client = pair(ours, other)
    shake(server, client)
    assert server.keys.profile == pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM
    assert server.keys.remote == client.keys.local


def test_a_client_that_knows_no_profile_fails(ours: Identity) -> None:
    class Odd(Identity):
        def __init__(self) -> None:
            super().__init__()
            self.context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_32")

    server, client = pair(ours, Odd())
    with pytest.raises(BadDtls, match="use_srtp"):
        shake(server, client)


def test_another_certificate_than_the_offers_is_refused(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs, server_prints=(ours.fingerprint,))
    with pytest.raises(BadDtls, match="fingerprint"):
        shake(server, client)
    assert server.keys is None


def test_one_wrong_fingerprint_among_right_ones_is_refused(ours: Identity, theirs: Identity) -> None:
    prints = (theirs.fingerprint, Fingerprint("sha-256", "00:" * 31 + "00"))
    with pytest.raises(BadDtls, match="fingerprint"):
        shake(*pair(ours, theirs, server_prints=prints))


def test_a_digest_nobody_can_compute_is_not_trusted(ours: Identity, theirs: Identity) -> None:
    with pytest.raises(BadDtls, match="fingerprint"):
        shake(*pair(ours, theirs, server_prints=(Fingerprint("md2", "00"),)))


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_any_one_lost_flight_is_sent_again(ours: Identity, theirs: Identity, lost: int) -> None:
    server, client = pair(ours, theirs)
    assert shake(server, client, {lost}) <= 2 * dtls.RESEND_S_FIRST
    assert server.keys.remote == client.keys.local


def test_many_losses_in_a_row_back_off_and_still_end(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs)
    took = shake(server, client, {1, 2, 3, 5, 7, 8})
    assert server.keys.remote == client.keys.local
    assert took < 60


def test_a_peer_that_never_answers_is_not_sent_to_for_ever(theirs: Identity, ours: Identity) -> None:
    client = Endpoint(theirs, "client", (ours.fingerprint,))
    client.start(0.0)
    sent = 0
    while client.resend_at is not None:
        sent += len(client.resend(client.resend_at))
    assert sent == dtls.RESENDS_MAX


def test_the_connection_is_released_and_a_lost_last_flight_still_comes_again(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs)
    hello = client.start(0.0)
    second = server.receive(hello[0], 0.0)
    third = client.receive(second[0], 0.0)
    last = server.receive(third[0], 0.0)
    assert server.keys and server._ssl is None
    assert server.receive(third[0], 0.5) == last
    client.receive(last[0], 0.5)
    assert client.keys.local == server.keys.remote
    sent = sum(len(server.receive(third[0], 1.0)) for _ in range(1000))
    assert sent < dtls.RESENDS_MAX


def test_close_notify_is_heard_both_ways_and_forgeries_are_not(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs)
    shake(server, client)
    bye = client.close()[0]
    server.receive(bye[:-1] + bytes([bye[-1] ^ 1]), 1.0)
    server.receive(bye[:20], 1.0)
    server.receive(b"\x15", 1.0)
    assert not server.closed
    server.receive(bye, 1.0)
    assert server.closed
    assert client.close() == []


def test_openssl_itself_understands_our_close_notify(ours: Identity, theirs: Identity) -> None:
    server = Endpoint(ours, "server", (theirs.fingerprint,))
    peer = SSL.Connection(theirs.context)
    peer.set_ciphertext_mtu(dtls.DATAGRAM_BYTES_MAX)
    peer.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        peer.do_handshake()
    for _ in range(2):
        for datagram in server.receive(peer.bio_read(65536), 0.0):
            peer.bio_write(datagram)
        try:
            peer.do_handshake()
        except SSL.WantReadError:
            continue
    peer.bio_write(server.close()[0])
    with pytest.raises(SSL.ZeroReturnError):
        peer.recv(100)
    server.closed = False
    peer.shutdown()
    assert server.receive(peer.bio_read(65536), 0.0) == []
    assert server.closed


def test_datagrams_are_cut_at_records(ours: Identity, theirs: Identity) -> None:
    server, client = pair(ours, theirs)
    second = server.receive(client.start(0.0)[0], 0.0)
    assert all(len(datagram) <= dtls.DATAGRAM_BYTES_MAX for datagram in second)
    record = b"\x16\xfe\xfd" + bytes(8) + (700).to_bytes(2, "big") + bytes(700)
    assert dtls.datagrams(record * 3) == [record] * 3


@settings(max_examples=60, deadline=None)
@given(junk=st.binary(min_size=1, max_size=200), at=st.integers(0, 3), keep=st.integers(1, 400))
def test_garbage_and_truncation_raise_only_bad_dtls(
    ours: Identity, theirs: Identity, junk: bytes, at: int, keep: int
) -> None:
    server, client = pair(ours, theirs)
    wires, turn = client.start(0.0), 0
    try:
        server.receive(b"\x16" + junk, 0.0)
        while wires and turn < 4:
            to = server if turn % 2 == 0 else client
            if turn == at:
                to.receive(wires[0][:keep], 0.0)
            wires = [answer for datagram in wires for answer in to.receive(datagram, 0.0)]
            turn += 1
    except BadDtls:
        return
    server.receive(b"\x17" + junk, 1.0)
