"""What anybody may ask: heads, and proofs that hold between any two sizes and for any leaf."""

import pytest

from commerce.commands.earning import RotateLogKey, SignHeads
from commerce.errors import Invalid, NotFound
from commerce.merkle import verify_inclusion
from commerce.proof.entry import Entry
from commerce.proof.published import between, heads, inside
from commerce.proof.signing import Signer
from commerce.proof.verify import compare_heads, head_is_signed, read_head, verify_statement
from commerce.store import tables


async def grown(money):
    """Three heads, the last under another key; answers them, the oldest first, and all keys."""
    for number in range(3):
        await money.sold()
        if number == 2:
            await money.execute(RotateLogKey())
        await money.execute(SignHeads())
    found = await money.ask(heads, money.shop.merchant.merchant)
    return found["heads"][::-1], found["keys"]


async def test_each_pair_of_heads_belongs_to_one_history(money_anywhere):
    money = money_anywhere
    first = await money.key()
    signed, keys = await grown(money)
    assert len({head["kid"] for head in signed[-2:]}) == 2  # the key from before vouches for the one after it
    assert all(head_is_signed(head, keys, first) for head in signed)
    merchant = money.shop.merchant.merchant
    for old in signed:
        for new in signed[signed.index(old) :]:
            proof = (await money.ask(between, merchant, 1, old["size"], new["size"]))["hashes"]
            assert compare_heads(old, new, proof, first, keys) == []
            assert compare_heads(new, old, proof, first, keys) == []


async def test_a_forked_log_shows_when_two_partners_compare(money):
    """The keeper shows each of them a log of his own, both rightly signed: no proof leads from one to the other."""
    first = await money.key()
    signed, keys = await grown(money)
    old, new = signed[0], signed[-1]
    signer = money.shop.commerce._vault  # the keeper himself cheats, so his own key signs
    forked = fork(signer, old)
    proof = (await money.ask(between, money.shop.merchant.merchant, 1, old["size"], new["size"]))["hashes"]
    assert head_is_signed(forked, keys, first)
    assert compare_heads(forked, new, proof, first, keys) == [
        "the two heads are of different histories: the log was forked, or entries were changed"
    ]
    same_size = fork(signer, new)
    assert compare_heads(same_size, new, [], first, keys)


def fork(vault, head):
    other = head | {"root": "ab" * 32, "kid": Signer(vault).kid}
    return other | {"signature": Signer(vault).sign(read_head(other).encode()).hex()}


async def test_every_leaf_is_inside_and_no_other_is(money):
    signed, _ = await grown(money)
    merchant, head = money.shop.merchant.merchant, signed[-1]
    leaves = await money.rows(tables.log_leaf)
    for leaf in leaves:
        found = await money.ask(inside, merchant, 1, leaf.position)
        proof = [bytes.fromhex(text) for text in found["hashes"]]
        given = (bytes.fromhex(head["root"]), head["size"], leaf.position)
        assert found["leaf"] == leaf.hash.hex()
        assert verify_inclusion(*given, leaf.hash, proof)
        assert not verify_inclusion(*given, leaves[leaf.position - 1].hash, proof)
    early = await money.ask(inside, merchant, 1, 0, signed[0]["size"])
    root = bytes.fromhex(signed[0]["root"])
    assert verify_inclusion(root, early["size"], 0, leaves[0].hash, [bytes.fromhex(text) for text in early["hashes"]])


async def test_a_party_proves_each_entry_of_his_statement_by_its_position(money):
    await grown(money)
    found = await money.statement()
    root, size = bytes.fromhex(found["head"]["root"]), found["head"]["size"]
    assert len(found["entries"]) > 4
    assert found["entries"][-1]["position"] == found["last"]["position"]
    for line in found["entries"]:
        shown = await money.ask(inside, found["merchant"], found["log"], line["position"], size)
        place = (found["merchant"], found["log"], found["party"], line["seq"], bytes.fromhex(line["before"]))
        leaf = Entry(*place, line["kind"], line["at"], line["rule"], bytes.fromhex(line["commitment"])).digest()
        assert shown["leaf"] == leaf.hex()
        proof = [bytes.fromhex(text) for text in shown["hashes"]]
        assert verify_inclusion(root, size, line["position"], leaf, proof)
    old = found | {"entries": [{name: line[name] for name in line if name != "position"} for line in found["entries"]]}
    assert verify_statement(old, await money.key()).wrong == []  # as statements were before


async def test_what_is_not_signed_yet_is_not_shown(money):
    signed, _ = await grown(money)
    merchant, size = money.shop.merchant.merchant, signed[-1]["size"]
    await money.sold()
    for question in ((between, 1, 1, size + 1), (between, 1, 0, 1), (between, 1, 2, 1), (inside, 1, size)):
        with pytest.raises(Invalid):
            await money.ask(question[0], merchant, *question[1:])
    for question in ((heads, "0" * 16), (between, merchant, 2, 1, 1), (inside, "0" * 16, 1, 0)):
        with pytest.raises(NotFound):
            await money.ask(*question)
