"""A folder that was handed out - an export, a channel's own, the bundle of the last day - checked offline, with nothing
but a public key from outside: that it is whole, that the log's keeper signed it, and that every statement in it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commerce.errors import Invalid
from commerce.leaving.files import MANIFEST, manifest_bytes, read_manifest
from commerce.proof import shape
from commerce.proof.signing import trusted_keys, verified
from commerce.proof.verify import verify_statement


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong, if anything; how many files and statements were looked at."""

    wrong: tuple[str, ...]
    files: int
    statements: int


def check_folder(folder: Path, public: bytes) -> Checked:
    """Whatever is wrong with a folder is an answer, never an exception."""
    try:
        manifest = read_manifest(folder)
    except Invalid as error:
        return Checked((str(error),), 0, 0)
    wrong = [] if is_signed(manifest, public) else [f"{MANIFEST}: is not signed by this key, nor by one after it"]
    names = [str(entry["file"]) for entry in manifest["files"]]
    statements = [name for name in names if _is_statement(name)]
    for name in statements:
        wrong += [f"{name}: {each}" for each in _wrong_in(folder / name, public)]
    return Checked(tuple(wrong), len(names), len(statements))


def is_signed(manifest: dict[str, Any], public: bytes) -> bool:
    """By the key from outside, or by one that follows from it."""
    try:
        keys = trusted_keys(public, shape.keys(manifest.get("keys")))
        signature, message = bytes.fromhex(shape.hexed(manifest.get("signature"))), manifest_bytes(manifest)
    except (TypeError, ValueError):  # of numbers that JSON has and a signature cannot be over, too
        return False
    return any(verified(key, signature, message) for key in keys.values())


def _is_statement(name: str) -> bool:
    path = Path(name)
    return "proofs" in path.parts and path.suffix == ".json" and path.name != "head.json"


def _wrong_in(file: Path, public: bytes) -> Iterator[str]:
    try:
        found = shape.loads(file.read_bytes())
    except shape.Malformed as error:
        yield str(error)
        return
    yield from verify_statement(found, public).wrong
