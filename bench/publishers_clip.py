"""The clip of the other benches as FLV tags in memory, and those tags as RTMP bytes at any time of a loop."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from bench.peers.clip import CACHE, CLIP_AAC, SECONDS, clip
from relay.rtmp import messages as m
from relay.rtmp.push import AUDIO_CHUNKS, CHUNK_BYTES_OUT, VIDEO_CHUNKS

TAG_BYTES, BACK_POINTER_BYTES, FILE_BYTES = 11, 4, 13
LOOP_MS = SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag whose bytes behind the time stamp are ready: they are the same for every publisher and every round."""

    milliseconds: int
    header: bool  # a sequence header: sent once
    start: bytes
    rest: bytes

    def at(self, round_: int) -> bytes:
        """As a message in chunks, in that round of the loop."""
        stamp = min(self.milliseconds + round_ * LOOP_MS, 0xFF_FFFE)
        return self.start + stamp.to_bytes(3, "big") + self.rest


def tags() -> list[Tag]:
    """All of the clip, in order."""
    path = CACHE / "clip-720p30-aac.flv"
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(clip(CLIP_AAC)), "-c", "copy", str(part)]
        subprocess.run(command, check=True)
        part.rename(path)
    data, at, found = path.read_bytes(), FILE_BYTES, []
    while at + TAG_BYTES <= len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        stamp = data[at + 7] << 24 | int.from_bytes(data[at + 4 : at + 7], "big")
        body = data[at + TAG_BYTES : at + TAG_BYTES + size]
        if data[at] in (m.AUDIO, m.VIDEO) and stamp < LOOP_MS:
            found.append(_tag(data[at], stamp, body))
        at += TAG_BYTES + size + BACK_POINTER_BYTES
    return found


def _tag(kind: int, stamp: int, body: bytes) -> Tag:
    number = VIDEO_CHUNKS if kind == m.VIDEO else AUDIO_CHUNKS
    head = len(body).to_bytes(3, "big") + bytes((kind,)) + (1).to_bytes(4, "little")
    pieces = [body[at : at + CHUNK_BYTES_OUT] for at in range(0, len(body), CHUNK_BYTES_OUT)]
    return Tag(stamp, body[1] == 0, bytes((number,)), head + bytes((0xC0 | number,)).join(pieces))
