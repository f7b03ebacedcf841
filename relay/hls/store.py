"""Where recordings are kept: a port with two stores, folders on disk (here) and an S3 bucket (bucket.py).

Keys are "<broadcast>/<epoch>/<file>". All calls block; they belong into a thread.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """An object; `changed` is Unix seconds."""

    key: str
    size: int
    changed: float


class Store(Protocol):
    """A place for whole files. What it cannot do raises `OSError`; what is not there, `FileNotFoundError`."""

    def put(self, key: str, source: Path | bytes) -> None:
        """Keep a file under a key, whole or not at all; what was there is replaced."""

    def read(self, key: str, offset: int = 0, size: int | None = None) -> bytes:
        """`size` bytes from `offset`; all that follow when no size is given."""

    def all(self, prefix: str = "") -> list[Stored]:
        """Everything whose key is that prefix and a slash and more."""

    def delete(self, prefix: str, first: Sequence[str] = ()) -> None:
        """Everything under a prefix; these keys before the others. What is not there is no error."""


class Folder:
    """Files in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, source: Path | bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        if isinstance(source, bytes):
            part.write_bytes(source)
        else:
            shutil.copyfile(source, part)
        part.replace(path)

    def read(self, key: str, offset: int = 0, size: int | None = None) -> bytes:
        with (self.root / key).open("rb") as file:
            file.seek(offset)
            return file.read(-1 if size is None else size)

    def all(self, prefix: str = "") -> list[Stored]:
        found = []
        for path in sorted((self.root / prefix).rglob("*")):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue  # somebody deletes it now
            if path.is_file():
                found.append(Stored(path.relative_to(self.root).as_posix(), facts.st_size, facts.st_mtime))
        return found

    def delete(self, prefix: str, first: Sequence[str] = ()) -> None:
        for key in first:
            (self.root / key).unlink(missing_ok=True)
        folder = self.root / prefix
        if folder.is_dir():
            shutil.rmtree(folder)
            parent = folder.parent
            if parent != self.root and not any(parent.iterdir()):
                parent.rmdir()
