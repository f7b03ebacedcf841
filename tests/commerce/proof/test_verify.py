"""The verifier: whatever is edited, dropped, swapped or forked shows; nothing malformed is an exception."""

import copy
import json

import pytest

from commerce.commands.earning import RotateLogKey
from commerce.proof.ends import Ends, bucket_of, key_of
from commerce.proof.published import between, inside
from commerce.proof.signing import Signer
from commerce.proof.verify import _entry, compare, compare_heads, read_head, verify_statement


@pytest.fixture
async def proven(money):
    for _ in range(3):
        await money.sold()
    return await money.statement(), await money.key()


def forged(found, **changes):
    """The newest entry's body with other figures."""
    body = json.loads(found["entries"][-1]["body"])
    body["lines"][0].update(amount_minor=1, version=99)
    found["entries"][-1].update(body=json.dumps(body), **changes)


def changed(found, name, change):
    """The first entry with one field changed."""
    found["entries"][0][name] = change(found["entries"][0][name])


def key_more(found, **changes):
    key = {"kid": "x", "public": "00" * 32, "endorsed_by": found["keys"][0]["kid"], "endorsement": ""}
    found["keys"].append(key | changes)


SPOILS = {
    "edit a body": forged,
    "edit a body and take its salt": lambda found: forged(found, salt=None),
    "take a body and leave its salt": lambda found: found["entries"][-1].update(body=None),
    "an empty body without its salt": lambda found: found["entries"][0].update(body="", salt=None),
    "edit a body and leave it out of the period": lambda found: (forged(found), found["period"].update(end=0)),
    "edit a time": lambda found: found["entries"][1].update(at=found["entries"][1]["at"] - 1),
    "edit a rule": lambda found: found["entries"][1].update(rule="other"),
    "drop one in the middle": lambda found: found["entries"].pop(2),
    "drop the last": lambda found: (found["entries"].pop(), found.update(range=[])),
    "drop the first and say so": lambda found: (found["entries"].pop(0), found.update(first=1)),
    "drop the first and name no period": lambda found: (found["entries"].pop(0), found.update(first=1, period={})),
    "swap two": lambda found: found["entries"].insert(0, found["entries"].pop(1)),
    "swap two bodies": lambda found: found["entries"][-1].update(
        {name: found["entries"][-2][name] for name in ("body", "salt")}
    ),
    "another party's": lambda found: found.update(party="channel:other"),
    "an older head": lambda found: found["head"].update(size=found["head"]["size"] - 1),
    "no ends": lambda found: found["head"].update(ends=None),
    "other ends": lambda found: found["head"].update(ends="00" * 32),
    "no end": lambda found: found.update(end=None),
    "another end": lambda found: found["end"].update(pairs="00" * 64),
    "half a pair more": lambda found: found["end"].update(pairs=found["end"]["pairs"] + "ff" * 32),
    "no way to the ends": lambda found: found["end"].update(path=[]),
    "a way that is none": lambda found: found["end"].update(path=7),
    "another root": lambda found: found["head"].update(root="00" * 32),
    "a later time": lambda found: found["head"].update(at=0),
    "nothing at all": lambda found: found.clear(),
    "no list": lambda found: found.update(entries=7),
    "another format": lambda found: found.update(format="x"),
    "a period of text": lambda found: found["period"].update(start="0"),
    "a period of truth": lambda found: found["period"].update(start=False),
    "a position as text": lambda found: found["last"].update(position=str(found["last"]["position"])),
    "half a position": lambda found: found["last"].update(position=found["last"]["position"] + 0.5),
    "a number that no browser holds": lambda found: found["period"].update(start=-(2**53)),
    "a number too long": lambda found: found.update(first=10**400),
    "a first that is false": lambda found: found.update(first=False),
    "a place of truth": lambda found: changed(found, "seq", bool),
    "an upper-case salt": lambda found: changed(found, "salt", lambda salt: "AB" + salt[2:]),
    "a salt with a space": lambda found: changed(found, "salt", lambda salt: f"{salt[:2]} {salt[2:]}"),
    "a salt that is a number": lambda found: found["entries"][0].update(body=None, salt=0),
    "an upper-case commitment": lambda found: changed(found, "commitment", str.upper),
    "an upper-case root": lambda found: found["head"].update(root=found["head"]["root"].upper()),
    "half a character": lambda found: changed(found, "body", lambda body: "\ud800" + body),
    "inclusion as text": lambda found: found.update(inclusion=""),
    "a key of junk": lambda found: key_more(found, public="zz"),
    "an endorsement of junk": lambda found: key_more(found, endorsement="zz"),
    "a key that says not by whom": lambda found: found["keys"][0].pop("endorsed_by"),
}
HARMLESS = {  # it says the same
    "numbers with a point": lambda found: (changed(found, "seq", float), changed(found, "at", float)),
    "a field more": lambda found: found["entries"][0].update(more=1),
    "another key": key_more,
}


def spoilt(found, spoil):
    """A statement as text, with something done to it."""
    other = copy.deepcopy(found)
    spoil(other)
    return json.dumps(other)


async def test_whatever_is_spoilt_shows(proven):
    found, public = proven
    for how, spoil in SPOILS.items():
        assert verify_statement(json.loads(spoilt(found, spoil)), public).wrong, how
    whole = verify_statement(found, public)
    for how, change in HARMLESS.items():
        assert verify_statement(json.loads(spoilt(found, change)), public) == whole, how
    assert whole.wrong == []
    assert verify_statement(found, b"\x01" * 32).wrong


async def test_an_erased_body_leaves_the_rest_provable(proven):
    found, public = proven
    found["entries"][0].update(body=None, salt=None)
    report = verify_statement(found, public)
    assert (report.wrong, report.erased) == ([], 1)


async def test_heads_before_and_after_a_rotation_are_of_one_history(proven, money):
    one, public = proven
    await money.execute(RotateLogKey())
    await money.sold(room=money.shop.room_b)
    other = await money.statement(money.b)
    proof = await money.ask(between, money.shop.merchant.merchant, 1, one["head"]["size"], other["head"]["size"])
    assert compare(one, other, proof["hashes"], public) == compare(other, one, proof["hashes"], public) == []
    newest = bytes.fromhex(other["keys"][-1]["public"])
    assert compare(one, other, proof["hashes"], newest) == ["a head is not signed"]


async def shortened(money, found, count):
    """The newest entries dropped: an older one is the last, and anybody may ask for its proof of inclusion."""
    short = copy.deepcopy(found)
    del short["entries"][-count:]
    last = short["entries"][-1]
    shown = await money.ask(inside, found["merchant"], found["log"], last["position"], found["head"]["size"])
    return short | {"last": last | {"salt": None, "body": None}, "inclusion": shown["hashes"], "range": []}


def signed_before(money, found):
    """The same under a head as they were before they said where each party's sequence ends."""
    head = found["head"] | {"ends": None}
    signature = Signer(money.shop.commerce._vault).sign(read_head(head).encode()).hex()
    return found | {"head": head | {"signature": signature}, "end": None}


async def test_a_statement_cut_short_shows(proven, money):
    found, public = proven
    whole = verify_statement(found, public)
    assert (whole.wrong, whole.upto, whole.signed_at) == ([], None, found["head"]["at"])
    for count in (1, 2):
        short = await shortened(money, found, count)
        assert "newer ones were left out" in verify_statement(short, public).wrong[0]
        assert "newer ones were left out" in verify_statement(short | {"end": None}, public).wrong[0]
        assert verify_statement(short | {"head": found["head"] | {"ends": None}}, public).wrong


async def test_a_head_says_one_end_of_a_party(proven, money):
    """A keeper who signs what he likes: another end in the same bucket, or two, in any order."""
    found, public = proven
    short = await shortened(money, found, 1)
    key = key_of(found["party"])
    ends = [_entry(short, short["last"]).digest(), bytes.fromhex(found["end"]["pairs"])[32:64]]
    for pairs, says in ((ends[:1], []), (ends, ["twice"]), (ends[::-1], ["twice"])):
        forged = Ends({bucket_of(key): b"".join(key + end for end in pairs)})
        head = short["head"] | {"ends": forged.root().hex()}
        head["signature"] = Signer(money.shop.commerce._vault).sign(read_head(head).encode()).hex()
        bucket, path = forged.shown(found["party"])
        end = {"pairs": bucket.hex(), "path": [each.hex() for each in path]}
        assert bool(verify_statement(short | {"head": head, "end": end}, public).wrong) == bool(says)
        # and then whoever has the other head of that size sees the fork
        assert "different histories" in compare(short | {"head": head}, found, [], public)[0]


async def test_how_far_an_older_statement_goes_is_said_and_an_earlier_one_shows_what_was_left_out(proven, money):
    earlier, public = proven
    await money.sold()
    found = signed_before(money, await money.statement())
    short = await shortened(money, found, len(found["entries"]) - len(earlier["entries"]) + 1)
    report = verify_statement(short, public)  # all of it is in the signed log: nothing in it is wrong
    assert (report.wrong, report.upto[0]) == ([], earlier["last"]["seq"] - 1)
    older = {name: value for name, value in short.items() if name != "end"} | {"format": "fenbo statement 1"}
    older["head"] = {name: value for name, value in short["head"].items() if name != "ends"}
    assert verify_statement(older, public) == report
    proof = await money.ask(between, found["merchant"], 1, earlier["head"]["size"], found["head"]["size"])
    for one, other in ((short, earlier), (earlier, short)):
        assert "newest entries were left out" in compare(one, other, proof["hashes"], public)[0]
    assert "newest entries were left out" in compare(short, found, [], public)[0]
    assert compare(found, earlier, proof["hashes"], public) == []
    forged = earlier | {"last": earlier["last"] | {"seq": 99}}
    assert "is not in the signed log" in compare(found, forged, proof["hashes"], public)[0]


async def test_a_period_that_a_later_entry_closes_is_whole(proven, money):
    found, public = proven
    money.shop.clock.advance(60)
    end = int(money.shop.clock() * 1000)
    await money.sold()
    report = verify_statement(await money.statement(end=end), public)
    assert (report.wrong, report.upto, report.signed_at, report.entries) == ([], None, None, len(found["entries"]))


HEAD = {"merchant": "m", "log": 1, "size": 1, "root": "00" * 32, "at": 1, "kid": "k", "signature": "00"}


@pytest.mark.parametrize(
    ("one", "other", "proof", "keys"),
    [
        ({}, HEAD, [], []),
        (HEAD, [], [], []),
        (HEAD, HEAD, None, []),
        (HEAD, HEAD, ["zz"], []),
        (HEAD, HEAD, [], [7]),
        (HEAD, HEAD | {"root": 7}, [], []),
    ],
)
def test_heads_that_are_none_are_wrong(one, other, proof, keys):
    assert "malformed" in compare_heads(one, other, proof, b"\x01" * 32, keys)[0]
    assert compare({"head": one, "keys": keys}, {"head": other, "keys": None}, proof, b"\x01" * 32)
