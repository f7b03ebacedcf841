"""What a room remembers for whoever comes: its latest lines and answers, without what was taken down. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from signaling.bus import Entry, placed
from signaling.lane import is_chat

ANSWER_BODY = b'{"type":"answer"'
REMOVED_BODY = b'{"type":"removed"'


def recalled(entries: Sequence[Entry], is_banned: Callable[[str], bool]) -> Iterator[bytes]:
    """The messages of a snapshot, in order. A removal comes after its line, so it is among the entries when that is."""
    lines: set[int] = set()
    viewers: dict[str, int] = {}  # up to which offset what he said was taken down
    for entry in entries:
        if entry.body.startswith(REMOVED_BODY):
            removed = json.loads(entry.body)
            if removed["line"] is not None and removed["line"]["epoch"] == entry.epoch:
                lines.add(removed["line"]["offset"])
            if removed["viewer"] is not None:
                viewers[removed["viewer"]] = entry.offset
    for entry in entries:
        if is_chat(entry):
            speaker = json.loads(entry.body)["from"]["id"]
            if entry.offset not in lines and entry.offset > viewers.get(speaker, 0) and not is_banned(speaker):
                yield placed(entry)
        elif entry.body.startswith(ANSWER_BODY) and entry.offset > viewers.get(json.loads(entry.body)["from"]["id"], 0):
            yield placed(entry)  # an answer quotes who asked
