"""The verifier: whatever is edited, dropped, swapped or forked shows; nothing malformed is an exception."""

import copy
import json

import pytest

from commerce.proof.verify import verify_statement


@pytest.fixture
async def proven(money):
    for _ in range(3):
        await money.sold()
    return await money.statement(), await money.key()


def spoil(found, how):
    entries = found["entries"]
    body = json.loads(entries[-1]["body"])
    changes = {
        "edit a body": lambda: entries[-1].update(body=json.dumps(body | {"total_minor": 1})),
        "edit a body and leave it out of the period": lambda: (
            entries[-1].update(body=json.dumps(body | {"total_minor": 1})),
            found["period"].update(end=0),
        ),
        "edit a time": lambda: entries[1].update(at=entries[1]["at"] - 1),
        "edit a rule": lambda: entries[1].update(rule="other"),
        "drop one in the middle": lambda: entries.pop(2),
        "drop the last": lambda: (entries.pop(), found.update(range=[])),
        "drop the first and say so": lambda: (entries.pop(0), found.update(first=1)),
        "swap two": lambda: entries.__setitem__(slice(0, 2), [entries[1], entries[0]]),
        "swap two bodies": lambda: entries[-1].update(body=entries[-2]["body"], salt=entries[-2]["salt"]),
        "another party's": lambda: found.update(party="channel:other"),
        "an older head": lambda: found["head"].update(size=found["head"]["size"] - 1),
        "another root": lambda: found["head"].update(root="00" * 32),
        "a later time": lambda: found["head"].update(at=0),
        "nothing at all": found.clear,
        "no list": lambda: found.update(entries=7),
        "another format": lambda: found.update(format="x"),
    }
    changes[how]()


HOWS = ["edit a body", "edit a time", "edit a rule", "drop one in the middle", "drop the last", "swap two"]
HOWS += ["drop the first and say so", "swap two bodies", "another party's", "an older head", "another root"]
HOWS += ["edit a body and leave it out of the period", "a later time", "nothing at all", "no list", "another format"]


async def test_whatever_is_spoilt_shows(proven):
    found, public = proven
    assert verify_statement(found, public).wrong == []
    for how in HOWS:
        spoilt = copy.deepcopy(found)
        spoil(spoilt, how)
        assert verify_statement(spoilt, public).wrong, how
    assert verify_statement(found, b"\x01" * 32).wrong


async def test_an_erased_body_leaves_the_rest_provable(proven):
    found, public = proven
    found["entries"][0].update(body=None, salt=None)
    report = verify_statement(found, public)
    assert (report.wrong, report.erased) == ([], 1)
