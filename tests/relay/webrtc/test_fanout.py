import asyncio
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy

from relay.media import Kind
from relay.webrtc._fanout import CompiledLane
from relay.webrtc.fanout import PythonLane
from relay.webrtc.legs import ABSENT, LAG_FRAMES_MAX, Catchup
from relay.webrtc.packetise import Frame
from relay.webrtc.session import SrtpKeys

SO_NO_CHECK = 11  # linux/socket.h: without UDP checksums the kernel refuses to segment with EINVAL


async def until(condition, seconds_max=30.0):
    async with asyncio.timeout(seconds_max):
        while not condition():  # noqa: ASYNC110  # another thread makes it true
            await asyncio.sleep(0.001)


async def test_a_leg_that_lags_drops_to_the_next_key_frame(udp, receiver, frames):
    """Pushed all at once, so that the pass sees a leg far behind."""
    lane = PythonLane(udp)
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    for number in range(LAG_FRAMES_MAX + 10):
        feed.push(number, frames(number, [50], key=number in (0, 65)), 0)
    packets = []
    await until(lambda: packets.extend(far.packets()) or len(packets) == 5)
    assert packets[0].payload[1] == 65
    assert leg.stats().frames_dropped == 65
    lane.close()


PROFILES = {
    Policy.SRTP_PROFILE_AEAD_AES_128_GCM: 28,
    Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 44,
    Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30,
}
sizes = st.lists(st.integers(5, 1200), min_size=1, max_size=20) | st.integers(1, 40).map(lambda count: [1200] * count)
steps = st.one_of(
    st.tuples(st.just("video"), st.booleans(), sizes),
    st.tuples(st.just("audio"), st.integers(1, 1200)),
    st.tuples(st.just("both"), st.booleans(), sizes, st.integers(1, 1200), st.integers(0, 3)),
    st.tuples(st.just("repair"), st.lists(st.integers(0, 80), max_size=20)),
    st.tuples(st.just("restart"), st.integers(0, 3), st.integers(0, 1 << 33)),
)


def sound(number, size):
    return Frame(Kind.AUDIO, True, number * 960, (bytes(size),))


async def played(lane, far, profile, params, script, totals):
    """The datagrams of each source, as they left. `totals`: packets after each step, made by the first lane."""
    feed, counts = lane.open(), []
    leg, serial = feed.add(far.leg(**params)), 0
    for number, (word, *values) in enumerate(script):
        if word == "video":
            key, payloads = values
            data = tuple(bytes((serial & 0xFF,)) * size for size in payloads)
            feed.push(serial, Frame(Kind.VIDEO, key or serial == 0, serial * 3000, data), max(0, serial - 8))
            serial += 1
        elif word == "both":
            key, payloads, size, padding = values
            data = tuple(bytes((serial & 0xFF,)) * size for size in payloads)
            picture = Frame(Kind.VIDEO, key or serial == 0, serial * 3000, data, 0, padding)
            feed.push(serial, picture, max(0, serial - 8), sound(number, size))
            serial += 1
        elif word == "audio":
            feed.push_audio(sound(number, values[0]))
        elif word == "repair":
            leg.repair(tuple((params["sequence"] + back) & 0xFFFF for back in values[0]))
        else:
            leg.restart(Catchup(max(0, serial - 1 - values[0]), serial, values[1]))
        if totals is None:
            await until(lambda: leg.cursor == feed.head and leg._sound is None)
        else:
            await until(lambda n=number: lane.stats().packets >= totals[n])
        counts.append(lane.stats().packets)
        far.take()
    await until(lambda: far.take() is not None and len(far.raw) >= lane.stats().packets)
    lane.close()
    return far.raw, counts


def by_source(datagrams):
    found = {}
    for datagram in datagrams:
        found.setdefault(datagram[8:12], []).append(datagram)
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    profile=st.sampled_from(list(PROFILES)),
    rtx=st.sampled_from([97, ABSENT]),
    sequence=st.sampled_from([0, 100, 32_767, 65_500, 65_535]),
    gso=st.booleans(),
    script=st.lists(steps, min_size=1, max_size=12),
)
def test_both_paths_send_the_same_bytes(udp, receiver, profile, rtx, sequence, gso, script):
    keys = SrtpKeys(profile, os.urandom(PROFILES[profile]), os.urandom(PROFILES[profile]))
    params = {"rtx": rtx, "sequence": sequence}

    async def both():
        first, second = receiver(profile, keys), receiver(profile, keys)
        expected, totals = await played(PythonLane(udp, gso=gso), first, profile, params, script, None)
        compiled, _ = await played(CompiledLane(udp, gso=gso), second, profile, params, script, totals)
        first.close()
        second.close()
        return expected, compiled

    expected, compiled = asyncio.run(both())
    assert by_source(compiled) == by_source(expected)
    payloads_by_index = {}
    for datagram in compiled:  # RFC 7714, section 8.1: never two payloads under one key, source and index
        assert payloads_by_index.setdefault((datagram[8:12], datagram[2:4]), datagram) == datagram
