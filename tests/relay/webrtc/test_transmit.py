import errno
import socket
import struct

import pytest

from relay.webrtc import srtp
from relay.webrtc.transmit import UDP_SEGMENT, Run, Transmitter


class Port:
    """A socket that records its calls; each refusal is raised once."""

    def __init__(self, udp, *refusals):
        self.udp, self.refusals, self.calls = udp, list(refusals), []

    def fileno(self):
        return self.udp.fileno()

    def sendmsg(self, buffers, ancillary, flags, address):
        segment = struct.unpack("=H", ancillary[0][2])[0] if ancillary else 0
        assert not ancillary or ancillary[0][:2] == (socket.SOL_UDP, UDP_SEGMENT)
        self.calls.append((sum(map(len, buffers)), segment))
        if self.refusals and (number := self.refusals.pop(0)):
            raise OSError(number, "refused")


@pytest.fixture
def sent(udp, receiver):
    """Sends packets of these sizes; gives the calls, whether they fitted, and the transmitter."""
    sessions = []

    def send(sizes, *refusals, gso=True):
        far, port = receiver(), Port(udp, *refusals)
        sessions.append(srtp.open_media(far.keys))
        transmitter = Transmitter(port, gso=gso)
        transmitter.begin_pass()
        run = Run(tuple(bytes(size) for size in sizes), 96, 0, 0, 1, True)
        fits = transmitter.send(srtp.ffi.cast("srtp_t", sessions[-1]), far.path, run)
        return port.calls, fits, transmitter

    yield send
    for session in sessions:
        srtp.free_media(session)


OVERHEAD = 12 + 16


def test_packets_of_one_size_share_a_call_and_a_shorter_one_ends_it(sent):
    calls, _, transmitter = sent([100, 100, 40, 100, 60, 80])
    assert calls == [(3 * OVERHEAD + 240, 128), (2 * OVERHEAD + 160, 128), (OVERHEAD + 80, 0)]
    assert (transmitter.packets, transmitter.octets) == (6, 480)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO])
def test_a_kernel_that_cannot_segment_gets_single_packets_from_then_on(sent, number):
    calls, fits, transmitter = sent([100, 100], number)
    assert calls == [(256, 128), (128, 0), (128, 0)]
    assert fits
    assert not transmitter.gso


def test_a_full_buffer_is_tried_again_once_there_is_room(sent):
    calls, fits, transmitter = sent([100], errno.EAGAIN)
    assert calls == [(128, 0)] * 2
    assert fits
    assert transmitter.failed == 0


def test_a_buffer_that_stays_full_is_reported(sent):
    calls, fits, transmitter = sent([100, 200], errno.EAGAIN, errno.EAGAIN)
    assert calls == [(128, 0)] * 2
    assert not fits
    assert transmitter.failed == 1


def test_a_peer_that_cannot_be_reached_loses_packets_and_nothing_else(sent):
    calls, fits, transmitter = sent([100, 200], errno.ENETUNREACH)
    assert calls == [(128, 0), (228, 0)]
    assert fits
    assert transmitter.failed == 1
