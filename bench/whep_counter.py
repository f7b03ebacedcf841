"""Counts RTP on hundreds of sockets at little cost: `recvmmsg`, headers read with numpy.

With `UDP_GRO` on a socket the kernel hands over what one `UDP_SEGMENT` call sent as it is, and says the size of its
packets: on loopback nobody cuts it up then, as a network card would at the end of the sender's work.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BATCH = 16
SLOT_BYTES = 65_536  # what one segmenting call may send
CONTROL_BYTES = 32
UDP_GRO = 104  # linux/udp.h
SO_TIMESTAMPNS = 35  # asm-generic/socket.h
MSG_DONTWAIT = 0x40
# offsets in `struct mmsghdr` (recvmmsg(2)) and `struct cmsghdr` (cmsg(3)) where pointers have eight bytes
CONTROL_LENGTH_AT, LENGTH_AT, CONTROL_TYPE_AT, CONTROL_DATA_AT = 40, 56, 12, 16


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
    came_ns: int = 0  # the newest packet, where the socket has time stamps
    gap_ns: int = 0  # the longest between two packets

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

    def note_times(self, times: np.ndarray) -> None:
        """When packets came, by the kernel's clock: however late this process looks."""
        if self.came_ns:
            self.gap_ns = max(self.gap_ns, int(times[0]) - self.came_ns)
        if len(times) > 1:
            self.gap_ns = max(self.gap_ns, int(np.diff(times).max()))
        self.came_ns = int(times[-1])


def coalesce(udp: socket.socket) -> None:
    """From here on the kernel hands over whole runs."""
    udp.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)


def stamp(udp: socket.socket) -> None:
    """From here on the kernel says when each packet came. Not together with `coalesce`."""
    udp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


class Counter:
    """Shared by all sockets: one set of buffers."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._buffer = np.zeros(BATCH * SLOT_BYTES, np.uint8)
        self._controls = np.zeros((BATCH, CONTROL_BYTES), np.uint8)
        self._vectors = (_Iovec * BATCH)()
        self._messages = (_Message * BATCH)()
        for slot in range(BATCH):
            self._vectors[slot] = _Iovec(self._buffer.ctypes.data + slot * SLOT_BYTES, SLOT_BYTES)
            header = self._messages[slot].header
            header.iov = ctypes.addressof(self._vectors[slot])
            header.iov_length = 1
            header.control = self._controls.ctypes.data + slot * CONTROL_BYTES
        self._lengths = np.frombuffer(self._messages, np.uint32).reshape(BATCH, -1)[:, LENGTH_AT // 4]
        self._control_lengths = np.frombuffer(self._messages, np.uint64).reshape(BATCH, -1)[:, CONTROL_LENGTH_AT // 8]
        controls = self._controls.view(np.uint32)
        self._kinds, self._segments = controls[:, CONTROL_TYPE_AT // 4], controls[:, CONTROL_DATA_AT // 4]
        self._times = self._controls.view(np.int64)[:, CONTROL_DATA_AT // 8 :]

    def drain(self, udp: socket.socket, video: int, tally: Tally, other: Callable[[bytes], None]) -> None:
        """All that waits on a socket. `video` is its payload type; what is no RTP goes to `other`."""
        count = BATCH
        while count == BATCH:
            self._kinds[:] = 0
            self._control_lengths[:] = CONTROL_BYTES
            count = self._libc.recvmmsg(udp.fileno(), self._messages, BATCH, MSG_DONTWAIT, None)
            if count > 0:
                self._count(count, video, tally, other)

    def _count(self, count: int, video: int, tally: Tally, other: Callable[[bytes], None]) -> None:
        starts, ends = self._places(count)
        first, second = self._buffer[starts], self._buffer[starts + 1]
        rtp = (first >= 128) & (first < 192) & ((second < 192) | (second > 223))
        tally.packets += int(rtp.sum())
        if self._kinds[0] == SO_TIMESTAMPNS:
            tally.note_times(self._times[:count, 0] * 1_000_000_000 + self._times[:count, 1])
        pictures = starts[rtp & (second & 0x7F == video)]
        if len(pictures):
            tally.note(self._buffer[pictures + 2].astype(np.uint16) * 256 + self._buffer[pictures + 3])
        for number in np.flatnonzero(~rtp):
            other(self._buffer[starts[number] : ends[number]].tobytes())

    def _places(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Where in the buffer each packet starts and ends."""
        lengths = self._lengths[:count].astype(np.int64)
        sizes = np.where(self._kinds[:count] == UDP_GRO, self._segments[:count], lengths)
        sizes = np.maximum(sizes, 1)
        packets = -(-lengths // sizes)
        slots = np.repeat(np.arange(count), packets)
        numbers = np.arange(packets.sum()) - np.repeat(packets.cumsum() - packets, packets)
        starts = slots * SLOT_BYTES + numbers * sizes[slots]
        return starts, np.minimum(starts + sizes[slots], slots * SLOT_BYTES + lengths[slots])
