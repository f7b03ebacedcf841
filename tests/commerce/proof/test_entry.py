"""The format of the log: what is hashed, what is signed, what is committed to."""

import hashlib
import json

from commerce.merkle import leaf_hash
from commerce.proof.entry import Entry, Head, canonical, channel_party, commit, sharer_party

ENTRY = Entry("m1", 1, "channel:c1", 7, b"\x01" * 32, "order", 1_800_000_000_000, "r", b"\x02" * 32)


def test_an_entry_is_one_json_array_anybody_can_write():
    fields = ["fenbo leaf 1", "m1", 1, "channel:c1", 7, "01" * 32, "order", 1_800_000_000_000, "r", "02" * 32]
    assert ENTRY.encode() == json.dumps(fields, separators=(",", ":")).encode()
    assert ENTRY.digest() == leaf_hash(ENTRY.encode())


def test_a_head_is_another_so_neither_passes_for_the_other():
    head = Head("m1", 1, 9, b"\x03" * 32, 5, "k")
    assert json.loads(head.encode()) == ["fenbo head 1", "m1", 1, 9, "03" * 32, 5, "k"]


def test_a_commitment_is_of_salt_and_canonical_body():
    body = canonical({"b": 1, "a": "分"})
    assert body == '{"a":"分","b":1}'
    assert commit(b"salt", body) == hashlib.sha256(b"salt" + body.encode()).digest()


def test_parties():
    assert (channel_party("x"), sharer_party("x")) == ("channel:x", "sharer:x")
