"""From the disk to the bucket. Blocking.

The index goes last, so a recording is in the bucket when its index is; killed before that, it is still whole on the
disk and is moved anew. An earlier stretch of the same show may be there already: the index then names both.
"""

from __future__ import annotations

from collections.abc import Iterable

from relay.hls.retention import Recording
from relay.hls.store import Folder, Store
from relay.hls.tape import INDEX, parse


def recordings(stores: Iterable[Store], prefix: str = "") -> list[Recording]:
    """What there is in these stores together, files without an index included. Raises `OSError`."""
    found: dict[str, Recording] = {}
    for store in stores:
        for one in store.all(prefix):
            broadcast, _, rest = one.key.partition("/")
            epoch, _, name = rest.partition("/")
            if name:
                known = found.get(f"{broadcast}/{epoch}", Recording(broadcast, epoch, 0, 0.0))
                changed = max(known.changed, one.changed)
                found[known.key] = Recording(broadcast, epoch, known.size + one.size, changed)
    return list(found.values())


def upload(disk: Folder, bucket: Store, key: str) -> None:
    """All files that a recording's index names, and then the index. Raises `OSError`."""
    lines = disk.read(f"{key}/{INDEX}")
    names = {one.file: disk.root / key / one.file for one in parse(lines)}
    for name, path in names.items():
        bucket.put(f"{key}/{name}", path)
    arrived = {one.key: one.size for one in bucket.all(key)}
    for name, path in names.items():
        if arrived.get(f"{key}/{name}") != path.stat().st_size:
            raise OSError(f"{key}/{name} has not arrived whole")
    bucket.put(f"{key}/{INDEX}", _merged(bucket, key, lines))


def _merged(bucket: Store, key: str, lines: bytes) -> bytes:
    try:
        there = bucket.read(f"{key}/{INDEX}")
    except FileNotFoundError:
        there = b""
    kept = there.splitlines(keepends=True)
    whole = lines[: lines.rfind(b"\n") + 1].splitlines(keepends=True)
    return b"".join([*kept, *(line for line in whole if line not in kept)])
