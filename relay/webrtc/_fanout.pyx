# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The fan-out without the GIL: the rules of `legs.py`, byte for byte what `fanout.py` sends.

A lane is one thread. It alone touches its feeds, legs and their libsrtp sessions; Python hands it commands through a
queue that is locked for the time of a pointer swap. libsrtp is the copy inside pylibsrtp, called by pointer.
"""

from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.errno cimport EAGAIN, EINTR, EINVAL, EIO, ENOBUFS, errno
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

import asyncio
import socket

from relay.media import VIDEO_CLOCK_RATE as _VIDEO_CLOCK_RATE
from relay.webrtc import legs as _legs
from relay.webrtc import srtp
from relay.webrtc.legs import LaneStats, LegStats

include "_fanout_system.pxi"

# One definition of each limit, in legs.py; here they become numbers that C can use.
cdef enum:
    FEED_FRAMES = 512
    HISTORY = 256
    MESSAGES = 64  # one sendmmsg; more gains nothing over its fixed cost
    SEGMENTS = 48  # of one message: the kernel takes 64 that make no more than 65,507 bytes
    LATENCIES = 4096
    PACKET_BYTES = 12 + 2 + 1200 + 16
    BATCH_BYTES = 96 * 1024  # stays in the second-level cache until the kernel has copied it
    REPAIRS = 256
if (FEED_FRAMES, HISTORY, REPAIRS) != (_legs.FEED_FRAMES_MAX, _legs.HISTORY_FRAMES, _legs.REPAIR_PACKETS_MAX):
    raise ImportError("_fanout.pyx and legs.py disagree")
cdef int RUN_PACKETS = _legs.RUN_PACKETS_MAX
cdef int64_t RUN_BYTES_PER_S = _legs.RUN_BYTES_PER_S
cdef int64_t CATCHUP_BYTES_PER_S = _legs.CATCHUP_BYTES_PER_S
cdef int64_t PACE_SLACK_NS = _legs.PACE_SLACK_NS
cdef int64_t CATCHUP_LATE_NS = _legs.CATCHUP_LATE_NS
cdef int64_t LAG_FRAMES = _legs.LAG_FRAMES_MAX
cdef int64_t BUFFER_WAIT_NS = _legs.BUFFER_WAIT_MS * 1_000_000
cdef uint32_t TIMESTAMP_STEP = _legs.TIMESTAMP_STEP
cdef int64_t VIDEO_CLOCK_RATE = _VIDEO_CLOCK_RATE

include "_fanout_types.pxi"
include "_fanout_send.pxi"
include "_fanout_serve.pxi"


cdef class CompiledLeg:
    """`legs.Leg` of a compiled lane."""

    cdef CompiledFeed feed
    cdef Leg *leg

    def move(self, path):
        cdef Command *command = self._command(MOVE)
        if command != NULL:
            command.deliver = _deliver(path)
            command.address_bytes = _address(self.feed.lane.family, path, &command.address)
            self.feed.lane.submit(command)

    def repair(self, sequences):
        cdef Command *command = self._command(REPAIR)
        if command != NULL:
            for number, sequence in enumerate(sequences[:REPAIRS]):
                command.sequences[number] = sequence
                command.count = number + 1
            self.feed.lane.submit(command)

    def restart(self, catchup):
        cdef Command *command = self._command(RESTART)
        if command != NULL:
            _fill_catchup(command, catchup)
            self.feed.lane.submit(command)

    def join(self, CompiledFeed feed, catchup):
        if feed.feed == NULL or feed.lane is not self.feed.lane:
            raise RuntimeError("no open feed of this lane")
        cdef Command *command = self._command(JOIN)
        if command != NULL:
            command.feed = feed.feed
            _fill_catchup(command, catchup)
            self.feed.lane.submit(command)
            self.feed = feed

    def stats(self):
        if self.leg == NULL or self.feed.feed == NULL:
            return LegStats()
        return LegStats(**self.leg.counts)

    def close(self):
        cdef Command *command = self._command(REMOVE)
        if command != NULL:
            self.leg = NULL
            self.feed.lane.submit(command)

    cdef Command *_command(self, Kind kind) except? NULL:
        if self.leg == NULL or self.feed.feed == NULL:
            return NULL
        cdef Command *command = _new_command(kind)
        command.feed = self.feed.feed
        command.leg = self.leg
        return command


cdef class CompiledFeed:
    """`legs.Feed` of a compiled lane."""

    cdef CompiledLane lane
    cdef Feed *feed

    def push(self, serial, frame, oldest, sound=None):
        self._submit(VIDEO, frame, sound, serial, oldest)

    def push_audio(self, frame):
        self._submit(AUDIO, None, frame, 0, 0)

    cdef _submit(self, Kind kind, frame, sound, int64_t serial, int64_t oldest):
        if self.feed == NULL:
            return
        cdef Command *command = _new_command(kind)
        command.feed = self.feed
        command.frame = _new_frame(frame) if frame is not None else NULL
        command.sound = _new_frame(sound) if sound is not None else NULL
        command.serial = serial
        command.until = oldest
        self.lane.submit(command)

    def add(self, params):
        if self.feed == NULL:
            raise RuntimeError("the feed is closed")
        cdef Leg *leg = <Leg *>calloc(1, sizeof(Leg))
        if leg == NULL:
            raise MemoryError
        leg.feed = self.feed
        leg.session = <void *><uint64_t>params.session
        leg.deliver = _deliver(params.path)
        leg.address_bytes = _address(self.lane.family, params.path, &leg.address)
        _fill_stream(&leg.video, params.video)
        _fill_stream(&leg.rtx, params.rtx)
        _fill_stream(&leg.audio, params.audio)
        leg.joined_ns = now_ns()
        cdef Command *command = _new_command(ADD)
        command.feed = self.feed
        command.leg = leg
        command.serial = -1
        if params.catchup is not None:
            _fill_catchup(command, params.catchup)
        handle = CompiledLeg()
        (<CompiledLeg>handle).feed = self
        (<CompiledLeg>handle).leg = leg
        self.lane.submit(command)
        return handle

    def close(self):
        if self.feed == NULL:
            return
        cdef Command *command = _new_command(CLOSE)
        command.feed = self.feed
        self.feed = NULL  # the handles of its legs see this and let go, too
        self.lane.feeds.discard(self)
        self.lane.submit(command)


cdef class CompiledLane:
    """`legs.Lane` on a thread of its own."""

    cdef Lane *lane
    cdef object udp
    cdef int family
    cdef set feeds

    def __init__(self, udp, *, gso=True):
        self.udp = udp  # keeps the descriptor open as long as the thread
        self.family = udp.family
        self.feeds = set()
        self.lane = <Lane *>calloc(1, sizeof(Lane))
        if self.lane == NULL:
            raise MemoryError
        protect, dealloc = srtp.functions()
        self.lane.protect = <Protect><uint64_t>protect
        self.lane.dealloc = <Dealloc><uint64_t>dealloc
        self.lane.fd = udp.fileno()
        self.lane.gso = gso
        start_lane(self.lane)

    @property
    def gso(self):
        """Whether the kernel still segments for this lane."""
        return self.lane != NULL and bool(self.lane.gso)

    def open(self):
        feed = CompiledFeed()
        (<CompiledFeed>feed).lane = self
        (<CompiledFeed>feed).feed = <Feed *>calloc(1, sizeof(Feed))
        cdef Command *command = _new_command(OPEN)
        command.feed = (<CompiledFeed>feed).feed
        self.feeds.add(feed)
        self.submit(command)
        return feed

    def stats(self):
        if self.lane == NULL:
            return LaneStats(0, 0, 0, 0, ())
        cdef Lane *lane = self.lane
        cdef uint32_t latencies[LATENCIES]
        cdef int count
        with nogil:  # whoever holds the lock must never want the GIL
            pthread_mutex_lock(&lane.lock)
            count = lane.latency_count
            memcpy(latencies, lane.latencies, count * sizeof(uint32_t))
            lane.latency_count = 0
            pthread_mutex_unlock(&lane.lock)
        return LaneStats(lane.packets, lane.octets, lane.dropped, lane.failed, tuple([latencies[n] for n in range(count)]))

    def close(self):
        if self.lane == NULL:
            return
        for feed in list(self.feeds):
            feed.close()
        cdef Lane *lane = self.lane
        self.lane = NULL
        with nogil:
            end_lane(lane)

    def __dealloc__(self):
        if self.lane != NULL:
            with nogil:
                end_lane(self.lane)

    cdef submit(self, Command *command):
        if self.lane == NULL:
            free_command(command)
        else:
            enqueue(self.lane, command)


cdef Command *_new_command(Kind kind) except NULL:
    cdef Command *command = <Command *>calloc(1, sizeof(Command))
    if command == NULL:
        raise MemoryError
    command.kind = kind
    return command


cdef Frame *_new_frame(frame) except NULL:
    cdef int count = len(frame.payloads)
    cdef Py_ssize_t size = frame.size
    cdef Frame *made = <Frame *>malloc(sizeof(Frame) + (count + 1) * sizeof(uint32_t) + size)
    cdef uint32_t at = 0
    cdef bytes payload
    if made == NULL:
        raise MemoryError
    made.key, made.count, made.timestamp = frame.key, count, frame.timestamp & 0xFFFFFFFF
    made.received_ns, made.start, made.padding = frame.received_ns, 0, frame.padding
    made.offsets = <uint32_t *>(made + 1)
    made.data = <uint8_t *>(made.offsets + count + 1)
    for number in range(count):
        payload = frame.payloads[number]
        made.offsets[number] = at
        memcpy(made.data + at, <uint8_t *>payload, len(payload))
        at += <uint32_t>len(payload)
    made.offsets[count] = at
    return made


cdef _fill_stream(Stream *stream, source):
    stream.ssrc, stream.payload_type = source.ssrc, source.payload_type
    stream.sequence, stream.offset = source.sequence, source.timestamp_offset


cdef _fill_catchup(Command *command, catchup):
    command.serial, command.until = catchup.serial, catchup.until
    command.timestamp = catchup.timestamp & 0xFFFFFFFF


cdef PyObject *_deliver(path) except? NULL:
    """For a TCP path: a callable, with a reference of its own, that has the loop write packets to it."""
    if path.kind == "udp":
        return NULL
    loop = asyncio.get_running_loop()

    def deliver(packets):
        try:
            loop.call_soon_threadsafe(_write, path, packets)
        except RuntimeError:  # the loop is closed: so is the connection
            pass

    Py_INCREF(deliver)
    return <PyObject *>deliver


def _write(path, packets):
    for packet in packets:
        path.send(packet)


cdef socklen_t _address(int family, path, sockaddr_storage *address) except? 0:
    host, port = path.address[:2]
    if path.kind != "udp":
        return 0
    packed = socket.inet_pton(family, host.partition("%")[0])
    return fill_address(family, <uint8_t *>(<bytes>packed), port, address)
