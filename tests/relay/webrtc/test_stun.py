"""STUN against RFC 5769's vectors, aioice as the other side, and every damage we can think of."""

import os
import struct

import pytest
from aioice import stun as other
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadStun
from relay.webrtc import stun

KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
# RFC 5769, section 2.1: a request with software, priority, controlled, username, integrity and fingerprint.
REQUEST_5769 = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
# RFC 5769, section 2.2: the IPv4 response; its mapped address is 192.0.2.1:32853.
RESPONSE_5769 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)


def request(**changes: bytes) -> bytes:
    attributes = [(stun.USERNAME, b"ours:theirs"), (stun.PRIORITY, b"\x6e\x00\x01\xff"), (stun.USE_CANDIDATE, b"")]
    return stun.build(stun.REQUEST, bytes(12), attributes, changes.get("key", KEY))


def test_the_rfcs_request_is_understood():
    message = stun.parse(REQUEST_5769)
    assert message.kind == stun.REQUEST
    assert message.signed_by(KEY)
    assert not message.signed_by(KEY[:-1])
    assert message.username() == ("evtj", "h6vY")
    assert message.number(stun.PRIORITY) == 0x6E0001FF
    assert message.unknown_required() == []


def test_the_rfcs_response_is_understood():
    message = stun.parse(RESPONSE_5769)
    assert message.kind == stun.SUCCESS
    assert message.signed_by(KEY)
    assert stun.mapped_address(message) == ("192.0.2.1", 32853)


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_aioice_reads_what_is_written(host: str):
    transaction = os.urandom(12)
    read = other.parse_message(stun.success(transaction, (host, 5000), KEY))
    assert read.check_message_integrity(KEY)
    assert read.attributes["XOR-MAPPED-ADDRESS"] == (host, 5000)
    assert read.transaction_id == transaction


def test_what_aioice_writes_is_read():
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes.update({"USERNAME": "a:b", "PRIORITY": 77, "ICE-CONTROLLING": 1, "USE-CANDIDATE": None})
    message.add_message_integrity(KEY)
    read = stun.parse(bytes(message))
    assert read.signed_by(KEY)
    assert read.username() == ("a", "b")
    assert stun.USE_CANDIDATE in read.attributes


def test_an_ipv4_peer_of_an_ipv6_socket_is_told_its_ipv4_address():
    answer = stun.parse(stun.success(bytes(12), ("::ffff:192.0.2.7", 9), KEY))
    assert stun.mapped_address(answer) == ("192.0.2.7", 9)


def test_errors_name_the_code_and_what_was_not_understood():
    read = other.parse_message(stun.error(bytes(12), 420, "Unknown Attribute", KEY, [0x0033, 0x7777]))
    assert read.error_code == 420
    assert stun.parse(bytes(stun.error(bytes(12), 487, "Role Conflict", KEY))).signed_by(KEY)


def test_an_unknown_attribute_that_must_be_understood_is_found():
    message = stun.build(stun.REQUEST, bytes(12), [(0x0033, b"x"), (0x8033, b"y")], KEY)
    assert stun.parse(message).unknown_required() == [0x0033]


def test_what_follows_the_integrity_is_ignored():
    """RFC 8489, section 14.5: an attribute slipped in behind MESSAGE-INTEGRITY says nothing."""
    base = request()[:-8]
    extra = struct.pack("!HH", stun.ICE_CONTROLLED, 8) + bytes(8)
    length = len(base) + len(extra) + 8 - 20
    body = base[:2] + length.to_bytes(2, "big") + base[4:] + extra
    crc = other.message_fingerprint(body)
    message = stun.parse(body + struct.pack("!HHI", stun.FINGERPRINT, 4, crc))
    assert stun.ICE_CONTROLLED not in message.attributes
    assert message.signed_by(KEY)


def test_a_message_without_integrity_is_signed_by_nobody():
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.add_fingerprint()
    assert not stun.parse(bytes(message)).signed_by(b"")


@pytest.mark.parametrize("username", [b"", b"nocolon", b"a" * 600, b"\xff:\xff"])
def test_usernames_that_cannot_be(username: bytes):
    message = stun.build(stun.REQUEST, bytes(12), [(stun.USERNAME, username)] if username else [], KEY)
    with pytest.raises(BadStun, match="USERNAME"):
        stun.parse(message).username()


@pytest.mark.parametrize(
    "attribute",
    [
        (stun.PRIORITY, b"123"),
        (stun.USE_CANDIDATE, b"1234"),
        (stun.ICE_CONTROLLING, b""),
        (stun.MESSAGE_INTEGRITY, b"x"),
    ],
)
def test_attributes_of_a_wrong_length(attribute: tuple[int, bytes]):
    with pytest.raises(BadStun, match="attribute"):
        stun.parse(stun.build(stun.REQUEST, bytes(12), [attribute], KEY))


@pytest.mark.parametrize("at", range(len(request())))
def test_any_flipped_bit_is_noticed(at: int):
    whole = request()
    damaged = whole[:at] + bytes([whole[at] ^ 0x04]) + whole[at + 1 :]
    with pytest.raises(BadStun):
        stun.parse(damaged)


@pytest.mark.parametrize("size", range(len(request())))
def test_any_truncation_is_noticed(size: int):
    with pytest.raises(BadStun):
        stun.parse(request()[:size])


@given(st.binary(max_size=200))
def test_junk_raises_nothing_else(junk: bytes):
    with pytest.raises(BadStun):
        stun.parse(junk)


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=12),
    st.integers(0, 3).map(lambda at: (0x0001, 0x0011, 0x0101, 0x0111)[at]),
)
def test_well_formed_messages_of_any_attributes_raise_nothing_else(attributes: list[tuple[int, bytes]], kind: int):
    try:
        message = stun.parse(stun.build(kind, bytes(12), attributes, KEY))
        message.username()
        stun.mapped_address(message)
    except BadStun:
        return
    message.unknown_required()


@given(st.integers(0, 19), st.integers(0, 0xFFFF))
def test_lying_lengths_raise_nothing_else(at: int, length: int):
    whole = request()
    lying = whole[: 20 + at * 2] + struct.pack("!H", length) + whole[22 + at * 2 :]
    body = lying[:-8]
    signed = body + struct.pack("!HHI", stun.FINGERPRINT, 4, other.message_fingerprint(body))
    try:
        stun.parse(signed).unknown_required()
    except BadStun:
        return
