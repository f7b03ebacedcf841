"""Checks a statement with nothing but a public key from outside. Pure: the same checks run offline and in a browser.

What it proves: of the party's entries up to the time of the head, none was changed, dropped or reordered, and two heads
belong to one history. What it cannot prove: that what was written first was true. A head from before heads said where
each party's sequence ends does not show what was left out after the last entry: `upto` says where that one stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from commerce.merkle import verify_consistency, verify_inclusion, verify_range
from commerce.proof import shape
from commerce.proof.ends import is_end
from commerce.proof.entry import Entry, Head, commit
from commerce.proof.signing import trusted_keys, verified

STATEMENTS = ("fenbo statement 2", "fenbo statement 1")  # the latter are from before heads had ends
Json = Mapping[str, Any]


@dataclass(slots=True)
class Report:
    """What was found. `wrong` empty: all of it holds. `figures`: minor units by state of the lines, per currency.

    `signed_at`: the time of the head (ms), when the period goes on after it. `upto`: number and time (ms) of the last
    entry, when later ones of the period, up to the head, are not ruled out. Else they are None.
    """

    party: str = ""
    entries: int = 0
    erased: int = 0
    wrong: list[str] = field(default_factory=list)
    figures: dict[str, dict[str, int]] = field(default_factory=dict)
    signed_at: int | None = None
    upto: tuple[int, int] | None = None


def verify_statement(found: Json, public: bytes) -> Report:
    """Every check; malformed statements are wrong, never an exception."""
    report = Report()
    if not isinstance(found, dict) or found.get("format") not in STATEMENTS:
        report.wrong.append(f"not a statement: it must be a {STATEMENTS[0]}")
        return report
    try:
        _check(shape.statement(found), public, report)
    except shape.Malformed as error:
        report.wrong.append(f"malformed: {str(error).removeprefix('.')}")
    return report


def _check(found: Json, public: bytes, report: Report) -> None:
    report.party = found["party"]
    _check_head(found, public, report)
    entries = [_entry(found, line) for line in found["entries"]]
    _check_run(found, entries, report)
    _check_period(found, entries, report)
    for entry, line in zip(entries, found["entries"], strict=True):
        inside = _is_inside(found["period"], entry.at)
        report.entries += inside
        if inside or (line["body"], line["salt"]) != (None, None):  # nothing that is said counts unchecked
            _check_body(entry, line, report)
    if not report.wrong:
        last, head = entries[-1], found["head"]
        if _is_inside(found["period"], last.at):
            report.signed_at = head["at"]
            report.upto = (last.seq, last.at) if head["ends"] is None else None
        report.figures = figures(found["entries"])


def read_head(found: Json) -> Head:
    """A head out of JSON."""
    place = (found["merchant"], found["log"], found["size"], bytes.fromhex(found["root"]), found["at"], found["kid"])
    return Head(*place, None if found["ends"] is None else bytes.fromhex(found["ends"]))


def head_is_signed(found: Json, keys: list[Mapping[str, str]], public: bytes) -> bool:
    """Whether a head is signed by the key from outside, or one that follows from it."""
    head = read_head(found)
    key = trusted_keys(public, keys).get(head.kid)
    return key is not None and verified(key, bytes.fromhex(found["signature"]), head.encode())


def _check_head(found: Json, public: bytes, report: Report) -> None:
    head = found["head"]
    if not head_is_signed(head, found["keys"], public):
        report.wrong.append("the head is not signed by the given key, nor by one that follows from it")
    if (head["merchant"], head["log"]) != (found["merchant"], found["log"]):
        report.wrong.append("the head is another log's")


def _entry(found: Json, line: Json) -> Entry:
    place = (found["merchant"], found["log"], found["party"], line["seq"], bytes.fromhex(line["before"]))
    return Entry(*place, line["kind"], line["at"], line["rule"], bytes.fromhex(line["commitment"]))


def _check_run(found: Json, entries: list[Entry], report: Report) -> None:
    """Gapless, in the party's tree, whose last leaf is in the log."""
    first, last = found["first"], _entry(found, found["last"])
    for at, entry in enumerate(entries):
        if entry.seq != first + at:
            report.wrong.append(f"entry {first + at} is missing or out of its place")
            return
    if any(one.at > other.at for one, other in pairwise(entries)):
        report.wrong.append("the entries go back in time")
    if not _last_is_inside(found):
        report.wrong.append("the last entry is not in the signed log")
    if found["head"]["ends"] is not None and not _last_is_the_end(found):
        report.wrong.append("the head does not say that the last entry is the last: newer ones were left out")
    hashes = [entry.digest() for entry in entries]
    if entries and entries[-1].seq == last.seq:
        if hashes.pop() != last.digest():
            report.wrong.append("the last entry differs from the one that is in the signed log")
    elif not entries or entries[-1].seq > last.seq:
        report.wrong.append("entries beyond the last one")
    beside = [bytes.fromhex(text) for text in found["range"]]
    if hashes and not verify_range(last.before, last.seq, first, hashes, beside):
        report.wrong.append("the entries are not the ones that were published")


def _last_is_inside(found: Json) -> bool:
    """Whether the last entry is in the log that the head speaks of."""
    head, proof = found["head"], [bytes.fromhex(each) for each in found["inclusion"]]
    place = (head["size"], found["last"]["position"])
    return verify_inclusion(bytes.fromhex(head["root"]), *place, _entry(found, found["last"]).digest(), proof)


def _last_is_the_end(found: Json) -> bool:
    """Whether the head says that the party's sequence ends with the last entry."""
    if found["end"] is None:
        return False
    ends, pairs = bytes.fromhex(found["head"]["ends"]), bytes.fromhex(found["end"]["pairs"])
    path = [bytes.fromhex(each) for each in found["end"]["path"]]
    return is_end(ends, found["party"], _entry(found, found["last"]).digest(), pairs, path)


def _is_inside(period: Json, at: int) -> bool:
    return (period["start"] is None or at >= period["start"]) and (period["end"] is None or at < period["end"])


def _check_period(found: Json, entries: list[Entry], report: Report) -> None:
    """The run reaches over both ends of the period, or to the ends of the sequence: so nothing of it is left out."""
    period = found["period"]
    if not entries or (entries[0].seq != 0 and _is_inside(period, entries[0].at)):
        report.wrong.append("entries of the period are missing at its beginning")
    if not entries or (entries[-1].seq != found["last"]["seq"] and _is_inside(period, entries[-1].at)):
        report.wrong.append("entries of the period are missing at its end")


def _check_body(entry: Entry, line: Json, report: Report) -> None:
    if line["body"] is None and line["salt"] is None:
        report.erased += 1  # somebody's personal data were erased: the entry still stands at its place
    elif line["body"] is None or line["salt"] is None:
        report.wrong.append(f"what entry {entry.seq} says cannot be checked: body and salt go together")
    elif commit(bytes.fromhex(line["salt"]), line["body"]) != entry.commitment:
        report.wrong.append(f"what entry {entry.seq} says was changed")


def figures(entries: Sequence[Json]) -> dict[str, dict[str, int]]:
    """The latest version of each commission line of a run of entries, summed by state, per currency."""
    lines: dict[str, dict[str, Any]] = {}
    currencies: dict[str, str] = {}
    for entry in entries:
        for line in [] if entry["body"] is None else shape.lines(entry["body"]):
            known = lines.get(line["public"])
            if known is None or known["version"] < line["version"]:
                lines[line["public"]] = line
            currencies.setdefault(line["public"], line["currency"] or "")
    sums: dict[str, dict[str, int]] = {}
    for public, line in lines.items():
        by_state = sums.setdefault(currencies[public], {})
        by_state[line["state"]] = by_state.get(line["state"], 0) + line["amount_minor"] - line["clawed_minor"]
    return sums


def compare(found: Json, other: Json, proof: object, public: bytes) -> list[str]:
    """What is wrong between a statement and another one, or a head. A key may have come between them: those that
    either file knows count. Of one party, the later statement must not end before the earlier one.
    """
    keys = [each.get("keys", []) for each in (found, other)]
    both = keys[0] + keys[1] if all(isinstance(each, list) for each in keys) else None
    wrong = compare_heads(found.get("head"), other.get("head", other), proof, public, both)
    return wrong + _cut_short(found, other)


def _cut_short(found: Json, other: Json) -> list[str]:
    try:
        pair = [shape.statement(each) for each in (found, other)]
    except shape.Malformed:
        return []  # a head alone, or what is said to be wrong already
    old, new = sorted(pair, key=lambda each: (each["head"]["size"], -each["last"]["seq"]))
    if any(old[name] != new[name] for name in ("merchant", "log", "party")) or old["last"]["seq"] <= new["last"]["seq"]:
        return []
    if not _last_is_inside(old):
        return ["the last entry of one of the two is not in the signed log"]
    return ["the later statement ends before the earlier one: its newest entries were left out"]


def compare_heads(one: object, other: object, proof: object, public: bytes, keys: object) -> list[str]:
    """What is wrong between two heads of one merchant: a fork shows here. `proof` leads from one to the other, `keys`
    are those of both their files. Malformed ones are wrong, never an exception.
    """
    try:
        heads, known, hashes = (shape.head(one), shape.head(other)), shape.keys(keys), shape.digests(proof)
    except shape.Malformed as error:
        return [f"malformed: heads that are compared, their keys and the proof: {error}"]
    wrong = ["a head is not signed" for head in heads if not head_is_signed(head, known, public)]
    if len({(head["merchant"], head["log"]) for head in heads}) > 1:
        return [*wrong, "the heads are of different logs"]
    old, new = sorted(map(read_head, heads), key=lambda head: head.size)
    proven = verify_consistency((old.size, old.root), (new.size, new.root), [bytes.fromhex(each) for each in hashes])
    if not proven or (old.size == new.size and old.ends != new.ends):
        wrong.append("the two heads are of different histories: the log was forked, or entries were changed")
    return wrong
