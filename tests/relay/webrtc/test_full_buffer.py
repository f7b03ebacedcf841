"""The socket's buffer is full: the viewer goes on at the next key frame, and the lane never stands.

A real kernel refuses where packets are held back: in a network namespace, on a link whose far end answers no ARP, they
wait for the neighbour and keep the buffer full.
"""

import asyncio
import ctypes
import os
import socket
import subprocess
import threading

import pytest

from relay.webrtc._fanout import CompiledLane
from relay.webrtc.fanout import PythonLane

CLONE_NEWNET = 0x40000000
LINK = """
ip link add near type veth peer name far
ip addr add 10.9.0.1/24 dev near
ip link set near up
ip link set far up
"""
NOBODY = ("10.9.0.2", 5000)


def held_back() -> socket.socket:
    """A socket of another network namespace; it stays there, whoever uses it."""
    made: list[socket.socket] = []

    def make():
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        subprocess.run(["sh", "-ec", LINK], check=True)
        made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    thread = threading.Thread(target=make)  # a namespace is a thread's own
    thread.start()
    thread.join()
    made[0].setblocking(False)
    made[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 40_000)
    return made[0]


@pytest.mark.parametrize("make", [PythonLane, CompiledLane])
async def test_frames_that_do_not_fit_are_dropped_to_the_next_key_frame(make, receiver, frames, until):
    port = await asyncio.to_thread(held_back)
    lane, far = make(port), receiver()
    far.path.address = NOBODY
    feed = lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [1000] * 120, key=True), 0)
    await until(lambda: lane.stats().sends_failed > 0)
    for number in range(1, 5):
        feed.push(number, frames(number, [100]), 0)
    await until(lambda: leg.stats().frames_dropped == 5)
    assert leg.stats().frames_sent == 0
    feed.push(5, frames(5, [100], key=True), 0)  # tried again, whatever becomes of it
    await until(lambda: leg.stats().frames_sent + leg.stats().frames_dropped == 6)
    lane.close()
    port.close()
