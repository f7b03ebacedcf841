"""The floor: what this kernel takes for the same datagrams from a sender that does nothing else.

    python -m bench.whep_floor [--viewers 200] [--seconds 3] [--single]

One `sendmmsg` for many viewers, one `UDP_SEGMENT` message a viewer and frame (nine packets and a shorter one for the
sound), no encryption, no packets made, no Python between the calls but for every 64th message. With `--single`, each
packet is a message of its own: what a server that does not segment asks of the kernel. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import os
import socket
import struct
import time

from bench.cpu import Meter
from bench.whep_counter import _Header, _Iovec, _Message
from bench.whep_fanout import DRAIN_S, FPS, receive

PACKETS, PACKET_BYTES, SOUND_BYTES = 9, 1_194, 295  # with headers and tags: 2.5 Mb/s of video, 64 kb/s of sound
FRAME_BYTES = PACKETS * PACKET_BYTES + SOUND_BYTES
SLOTS = 8  # memory that is used again and again, as a sender's is
BATCH = 64
UDP_SEGMENT = 103  # linux/udp.h
CONTROL = struct.pack("@QiiH6x", 18, socket.IPPROTO_UDP, UDP_SEGMENT, PACKET_BYTES)  # cmsg(3)


class Sender:
    """All messages of one frame, built once."""

    def __init__(self, udp: socket.socket, addresses: list[tuple[str, int]], *, single: bool) -> None:
        self._libc, self._udp = ctypes.CDLL(None, use_errno=True), udp
        head = bytes((0x80, 96))  # so that they are counted as RTP
        frame = (head + bytes(PACKET_BYTES - 2)) * PACKETS + head + bytes(SOUND_BYTES - 2)
        self._memory = ctypes.create_string_buffer(frame * SLOTS)
        self._control = ctypes.create_string_buffer(CONTROL)
        pieces = [PACKET_BYTES] * PACKETS + [SOUND_BYTES] if single else [FRAME_BYTES]
        self._keep: list[object] = []
        self._messages = (_Message * (len(addresses) * len(pieces)))()
        for number, (host, port) in enumerate(addresses):
            name = ctypes.create_string_buffer(
                struct.pack("@H", socket.AF_INET) + struct.pack("!H4s8x", port, _packed(host))
            )
            at = ctypes.addressof(self._memory) + number % SLOTS * FRAME_BYTES
            for piece, size in enumerate(pieces):
                vector = _Iovec(at, size)
                header = _Header(ctypes.addressof(name), 16, ctypes.addressof(vector), 1)
                if not single:
                    header.control, header.control_length = ctypes.addressof(self._control), len(CONTROL)
                self._messages[number * len(pieces) + piece].header = header
                self._keep += [name, vector]
                at += size

    def send(self) -> None:
        """One frame to everybody."""
        at, size = 0, ctypes.sizeof(_Message)
        while at < len(self._messages):
            place = ctypes.byref(self._messages, at * size)
            count = min(BATCH, len(self._messages) - at)
            sent = self._libc.sendmmsg(self._udp.fileno(), place, count, 0)
            if sent <= 0:
                raise OSError(ctypes.get_errno(), "sendmmsg")
            at += sent


def _packed(host: str) -> bytes:
    return socket.inet_aton(host)


def run(viewers: int, seconds: float, *, single: bool) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(viewers, theirs), daemon=True)
    receiver.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        sender = Sender(udp, ours.recv(), single=single)
        meter, began, frames = Meter(os.getpid()), time.monotonic(), int(seconds * FPS)
        for number in range(1, frames + 1):
            sender.send()
            time.sleep(max(0.0, began + number / FPS - time.monotonic()))
        spent, packets = meter.spent(), frames * viewers * (PACKETS + 1)
        time.sleep(DRAIN_S)
        ours.send(None)
        lost = packets - ours.recv()
    receiver.join()
    return {"us_per_packet": spent.cpu / packets * 1e6, "cores": spent.load, "steal": spent.steal, "lost": lost}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whep_floor")
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--single", action="store_true")
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.viewers, chosen.seconds, single=chosen.single)))


if __name__ == "__main__":
    main()
