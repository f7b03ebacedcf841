"""Protecting and sending from Python: one run of packets at a time, in one `UDP_SEGMENT` call where the kernel can."""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from relay.webrtc import srtp
from relay.webrtc.legs import BUFFER_WAIT_MS, RUN_PACKETS_MAX
from relay.webrtc.rtp import HEADER_BYTES, PAYLOAD_BYTES_MAX
from relay.webrtc.session import Path

UDP_SEGMENT = 103  # linux/udp.h
SOUND_PACKETS_MAX = 1  # beside a run
_PACKET_BYTES_MAX = HEADER_BYTES + 2 + PAYLOAD_BYTES_MAX + srtp.TAG_BYTES_MAX
_HEADER = struct.Struct("!BBHII")
_BUFFER_FULL = (errno.EAGAIN, errno.ENOBUFS)
_NO_GSO = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT)


@dataclass(frozen=True, slots=True)
class Run:
    """Packets of one source that follow each other. `prefix` stands before each payload.

    `marker` is the last one's, and so is `padding`: the bytes at its end that are RTP padding (RFC 3550, section 5.1).
    """

    payloads: tuple[bytes, ...]
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    padding: int = 0
    prefix: bytes = b""


class Transmitter:
    """Owns the memory that packets are protected in; counts what went out and what did not."""

    def __init__(self, udp: socket.socket, *, gso: bool) -> None:
        self.gso = gso
        self.packets = self.octets = self.failed = 0
        self._udp = udp
        self._wait_ms = 0
        self._memory = srtp.ffi.new(f"unsigned char[{(RUN_PACKETS_MAX + SOUND_PACKETS_MAX) * _PACKET_BYTES_MAX}]")
        self._view = memoryview(srtp.ffi.buffer(self._memory))
        self._length = srtp.ffi.new("int *")

    def begin_pass(self) -> None:
        """From here on the pass may wait `BUFFER_WAIT_MS` for the socket, in total."""
        self._wait_ms = BUFFER_WAIT_MS

    def send(self, session: Any, path: Path, *runs: Run) -> bool:
        """Protect and send packets; false when they did not fit into the socket's buffer."""
        sizes: list[int] = []
        at = 0
        for run in runs:
            at = self._protect(session, run, at, sizes)
        self.packets += len(sizes)
        return self._transmit(path, sizes)

    def _protect(self, session: Any, run: Run, at: int, sizes: list[int]) -> int:
        """A run's packets into the memory from `at` on; returns where they end, and adds to `sizes`."""
        view, length, prefix = self._view, self._length, run.prefix
        last = len(run.payloads) - 1
        first, second, sequence = 0x80, run.payload_type, run.sequence
        for number, payload in enumerate(run.payloads):
            if number == last:
                first, second = first | bool(run.padding) << 5, second | run.marker << 7
            body = at + HEADER_BYTES + len(prefix)
            _HEADER.pack_into(view, at, first, second, (sequence + number) & 0xFFFF, run.timestamp, run.ssrc)
            if prefix:
                view[at + HEADER_BYTES : body] = prefix
            view[body : body + len(payload)] = payload
            length[0] = body - at + len(payload)
            if srtp.lib.srtp_protect(session, self._memory + at, length):
                self.failed += 1  # older than the replay window: a repair that comes too late
                continue
            sizes.append(length[0])
            at += length[0]
            self.octets += len(payload)
        return at

    def _transmit(self, path: Path, sizes: list[int]) -> bool:
        if path.kind == "tcp":
            for start, size in _places(sizes):
                path.send(bytes(self._view[start : start + size]))
            return True
        starts = list(_places(sizes))
        while starts:
            run = _equal_run([size for _, size in starts]) if self.gso else 1
            begin, end = starts[0][0], sum(starts[run - 1])
            try:
                self._send_run(self._view[begin:end], starts[0][1] if run > 1 else 0, path.address)
            except OSError as error:
                if run > 1 and error.errno in _NO_GSO:
                    self.gso = False  # this kernel or device cannot segment: packet by packet from here on
                    continue
                self.failed += 1
                if error.errno in _BUFFER_FULL:
                    return False
            starts = starts[run:]
        return True

    def _send_run(self, data: memoryview, segment: int, address: tuple[str, int]) -> None:
        ancillary = [(socket.SOL_UDP, UDP_SEGMENT, struct.pack("=H", segment))] if segment else []
        try:
            self._udp.sendmsg((data,), ancillary, 0, address)
        except OSError as error:
            if error.errno not in _BUFFER_FULL or not self._room():
                raise
            self._udp.sendmsg((data,), ancillary, 0, address)

    def _room(self) -> bool:
        """Wait for the buffer to drain, a few milliseconds in a whole pass."""
        if self._wait_ms <= 0:
            return False
        began = time.monotonic_ns()
        poll = select.poll()
        poll.register(self._udp, select.POLLOUT)
        ready = bool(poll.poll(self._wait_ms))
        self._wait_ms -= max(1, (time.monotonic_ns() - began) // 1_000_000)
        return ready


def _places(sizes: list[int]) -> list[tuple[int, int]]:
    places, at = [], 0
    for size in sizes:
        places.append((at, size))
        at += size
    return places


def _equal_run(sizes: list[int]) -> int:
    """How many can go in one `UDP_SEGMENT` call: all of one size, the last may be shorter (udp(7))."""
    run = 1
    while run < len(sizes) and sizes[run - 1] == sizes[0] and sizes[run] <= sizes[0]:
        run += 1
    return run
