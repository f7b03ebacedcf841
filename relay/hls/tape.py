"""A recording on disk: fMP4 files that only grow, and an index of what is whole in them.

A folder for each epoch of a broadcast. Every run, and every discontinuity in it, has a file of its own: its init
segment, then segment after segment, so it plays by itself in anything that reads MP4. `index.jsonl` gets a line when a
segment is whole in its file. Killed at any instant, the files end with at most one torn segment that no line names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

INDEX = "index.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment of a recording: `size` bytes at `offset` of `file`, whose first `init_bytes` are its init segment.

    `duration` in decimal seconds, `unix` the wall clock of its start.
    """

    file: str
    init_bytes: int
    offset: int
    size: int
    duration: str
    unix: float


class Tape:
    """Writes one recording. Blocking: it lives in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._init_bytes = 0
        self._end = 0

    def append(self, name: str, init: bytes, chunks: Sequence[bytes], duration: str, unix: float) -> None:
        """Add a segment to the file `name`, which begins with `init`. Raises `OSError`; then nothing was added."""
        if name != self._name:
            self._begin(name, init)
        path = self._folder / name
        try:
            _add(path, b"".join(chunks))
            size = sum(map(len, chunks))
            entry = Entry(name, self._init_bytes, self._end, size, duration, unix)
            _add(self._folder / INDEX, json.dumps(asdict(entry)).encode() + b"\n")
        except OSError:
            os.truncate(path, self._end)  # half a segment in the middle would end the playing there
            raise
        self._end += size

    def _begin(self, name: str, init: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(init)
        self._name, self._init_bytes, self._end = name, len(init), len(init)
        _mend(self._folder / INDEX)


def _add(path: Path, data: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        written = file.write(data)
    if written != len(data):
        raise OSError(f"{path}: {written} of {len(data)} bytes were written")


def _mend(index: Path) -> None:
    """A line that a crash cut off must not swallow the next one."""
    if not index.exists():
        return
    data = index.read_bytes()
    os.truncate(index, data.rfind(b"\n") + 1)


def parse(index: bytes) -> list[Entry]:
    """What an index names."""
    lines = index.split(b"\n")[:-1]  # what follows the last newline was cut off
    return [Entry(**json.loads(line)) for line in lines]
