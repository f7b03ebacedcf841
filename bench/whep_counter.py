"""Counts RTP on hundreds of sockets at little cost: `recvmmsg` into short buffers, headers read with numpy.

Only the first bytes of a packet are copied out of the kernel; whole STUN messages fit, so consent can be answered.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BATCH = 128
SLOT_BYTES = 160  # a STUN check with username, priority, role, integrity and fingerprint is some 110
MSG_DONTWAIT, MSG_TRUNC = 0x40, 0x20


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("iov", ctypes.c_void_p),
        ("iov_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


@dataclass(slots=True)
class Tally:
    """One session's video: packets that came and, by their sequence numbers, packets that should have."""

    packets: int = 0  # of all kinds: video, audio, repairs
    first: int | None = None
    highest: int = 0
    video: int = 0

    @property
    def lost(self) -> int:
        return 0 if self.first is None else self.highest - self.first + 1 - self.video

    def note(self, sequences: np.ndarray) -> None:
        """Sequence numbers in the order of arrival."""
        if self.first is None:
            self.first = self.highest = int(sequences[0])
        distances = (sequences.astype(np.int64) - self.highest + 0x8000) % 0x10000 - 0x8000
        self.highest += max(0, int(distances.max()))
        self.video += len(sequences)


class Counter:
    """Shared by all sockets: one set of buffers."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._buffer = np.zeros((BATCH, SLOT_BYTES), np.uint8)
        self._vectors = (_Iovec * BATCH)()
        self._messages = (_Message * BATCH)()
        base = self._buffer.ctypes.data
        for slot in range(BATCH):
            self._vectors[slot] = _Iovec(base + slot * SLOT_BYTES, SLOT_BYTES)
            self._messages[slot].header.iov = ctypes.addressof(self._vectors[slot])
            self._messages[slot].header.iov_length = 1

    def drain(self, udp: socket.socket, video: int, tally: Tally, other: Callable[[bytes], None]) -> None:
        """All that waits on a socket. `video` is its payload type; what is no RTP goes to `other`, cut to a slot."""
        count = BATCH
        while count == BATCH:
            count = self._libc.recvmmsg(udp.fileno(), self._messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, None)
            if count <= 0:
                return
            heads = self._buffer[:count]
            kinds = heads[:, 1] & 0x7F
            rtp = (heads[:, 0] >= 128) & (heads[:, 0] < 192) & ((heads[:, 1] < 192) | (heads[:, 1] > 223))
            tally.packets += int(rtp.sum())
            pictures = heads[rtp & (kinds == video)]
            if len(pictures):
                tally.note(pictures[:, 2].astype(np.uint16) * 256 + pictures[:, 3])
            if not rtp.all():
                for slot in np.flatnonzero(~rtp):
                    other(self._buffer[slot, : min(SLOT_BYTES, self._messages[slot].length)].tobytes())
