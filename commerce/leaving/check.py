"""A folder that was handed out - an export, a channel's own, the bundle of the last day - checked offline, with nothing
but public keys from outside: that it is whole, that the log's keeper signed it, and that every statement in it holds.

Of a merchant who moved there are two keepers: one signed what was before, the other what came after and the folder
itself. Whoever has the key of one can check what is under it. What is under the other's proves nothing to him yet, but
is not wrong for that: it is named, with its key, so that he can ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from commerce.errors import Invalid
from commerce.leaving.files import MANIFEST, manifest_bytes, read_manifest
from commerce.proof import shape
from commerce.proof.signing import trusted_keys, verified
from commerce.proof.verify import Report, head_is_signed, verify_statement

NOT_SIGNED = f"{MANIFEST}: is not signed by this key, nor by one after it"


class Found(NamedTuple):
    """What a statement comes to under a key: one that was given, or else the one that it names itself."""

    report: Report
    key: bytes
    given: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong, if anything; how many files were looked at, and how many statements hold under a given key; and
    the files that are sound, but under another key (hex).
    """

    wrong: tuple[str, ...]
    files: int
    statements: int
    others: Mapping[str, tuple[str, ...]]


def check_folder(folder: Path, *given: bytes) -> Checked:
    """Whatever is wrong with a folder is an answer, never an exception. When nothing in it is under a given key, that
    is wrong, too: anybody can make a folder under a key of his own.
    """
    try:
        manifest = read_manifest(folder)
    except Invalid as error:
        return Checked((str(error),), 0, 0, {})
    wrong: list[str] = []
    others: dict[str, list[str]] = {}
    signed, hold = any(is_signed(manifest, key) for key in given), 0
    own = None if signed else _signing_key(manifest)
    if own is not None:
        others[own.hex()] = [MANIFEST]
    names = [str(entry["file"]) for entry in manifest["files"]]
    for name in filter(_is_statement, names):
        found = _check_file(folder / name, given)
        wrong += [f"{name}: {each}" for each in found.report.wrong]
        if not found.given:
            others.setdefault(found.key.hex(), []).append(name)
        hold += found.given and not found.report.wrong
    if not signed and (own is None or not hold):
        wrong.insert(0, NOT_SIGNED)
    return Checked(tuple(wrong), len(names), hold, {key: tuple(files) for key, files in others.items()})


def check_statement(found: Any, given: Sequence[bytes]) -> Found:
    """Under the first of the given keys that signed its head, or that a key follows from that did. If there is none,
    and all of it holds under the key that it names itself: under that.
    """
    for key in given:
        if _is_under(found, key):
            return Found(verify_statement(found, key), key, given=True)
    own = _named_key(found)
    if own is not None:
        report = verify_statement(found, own)
        if not report.wrong:
            return Found(report, own, given=False)
    return Found(verify_statement(found, given[0]), given[0], given=True)


def is_signed(manifest: dict[str, Any], public: bytes) -> bool:
    """By the key from outside, or by one that follows from it."""
    try:
        keys = trusted_keys(public, shape.keys(manifest.get("keys")))
    except shape.Malformed:
        return False
    return any(_signs(key, manifest) for key in keys.values())


def _signing_key(manifest: dict[str, Any]) -> bytes | None:
    """Which of the keys that it names signed it."""
    try:
        named = [bytes.fromhex(key["public"]) for key in shape.keys(manifest.get("keys"))]
    except shape.Malformed:
        return None
    return next((key for key in named if _signs(key, manifest)), None)


def _signs(public: bytes, manifest: dict[str, Any]) -> bool:
    try:
        signature, message = bytes.fromhex(shape.hexed(manifest.get("signature"))), manifest_bytes(manifest)
    except (TypeError, ValueError):  # of numbers that JSON has and a signature cannot be over, too
        return False
    return verified(public, signature, message)


def _is_statement(name: str) -> bool:
    path = Path(name)
    return "proofs" in path.parts and path.suffix == ".json" and path.name != "head.json"


def _check_file(file: Path, given: Sequence[bytes]) -> Found:
    try:
        return check_statement(shape.loads(file.read_bytes()), given)
    except shape.Malformed as error:
        return Found(Report(wrong=[str(error)]), given[0], given=True)


def _is_under(found: Any, public: bytes) -> bool:
    try:
        return head_is_signed(shape.head(found["head"]), shape.keys(found["keys"]), public)
    except (KeyError, TypeError, shape.Malformed):
        return False


def _named_key(found: Any) -> bytes | None:
    """The key of the name that its head bears."""
    try:
        kid, keys = shape.head(found["head"])["kid"], shape.keys(found["keys"])
    except (KeyError, TypeError, shape.Malformed):
        return None
    return next((bytes.fromhex(key["public"]) for key in keys if key["kid"] == kid), None)
