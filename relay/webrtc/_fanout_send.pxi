# Protecting packets into the lane's memory and handing them to the kernel, many messages at a time.


cdef int queue_run(
    Lane *lane, Leg *leg, Frame *frame, int begin, int end, Stream *stream, int64_t sequence, uint32_t timestamp,
    int marker, int prefix, uint16_t prefixed, int video,
) noexcept nogil:
    """Packets [begin, end) of a frame under consecutive numbers; with `prefix`, each payload follows `prefixed` (RTX)."""
    cdef int sizes[64]
    cdef int count = 0
    cdef int number
    cdef int size
    cdef int first
    cdef int second
    cdef uint8_t *at
    cdef uint8_t *start
    if lane.used + (end - begin) * PACKET_BYTES > BATCH_BYTES or lane.queued + (end - begin) > MESSAGES:
        flush(lane)
    start = lane.memory + lane.used
    at = start
    for number in range(begin, end):
        first = 0xA0 if frame.padding and number == frame.count - 1 else 0x80
        second = stream.payload_type | (0x80 if marker and number == end - 1 else 0)
        fill_header(at, first, second, <uint16_t>(sequence + number - begin), timestamp, stream.ssrc)
        size = <int>(frame.offsets[number + 1] - frame.offsets[number])
        if prefix:
            at[12] = prefixed >> 8
            at[13] = prefixed & 0xFF
            memcpy(at + 14, frame.data + frame.offsets[number], size)
            sizes[count] = size + 14
        else:
            memcpy(at + 12, frame.data + frame.offsets[number], size)
            sizes[count] = size + 12
        if lane.protect(leg.session, at, &sizes[count]) != 0:
            lane.failed += 1  # older than the replay window: a repair that comes too late
            continue
        lane.octets += size
        at += sizes[count]
        count += 1
    lane.packets += count
    if leg.deliver != NULL:
        deliver_tcp(leg, start, sizes, count)
    else:
        queue_messages(lane, leg, start, sizes, count, video)
    return 0


cdef void queue_messages(Lane *lane, Leg *leg, uint8_t *at, int *sizes, int count, int video) noexcept nogil:
    """Packets of one size share a message, a shorter one may close it: what `UDP_SEGMENT` allows (udp(7)).

    Sound and repairs also go into the message before them, when it is the same viewer's and has room.
    """
    cdef int number = 0 if video else join_message(lane, leg, at, sizes[0], count)
    cdef int run
    cdef int total
    cdef int place
    cdef msghdr *header
    if number:
        at += sizes[0]
    while number < count:
        run = 1
        total = sizes[number]
        while (
            lane.gso and number + run < count and sizes[number + run - 1] == sizes[number]
            and sizes[number + run] <= sizes[number]
        ):
            total += sizes[number + run]
            run += 1
        place = lane.queued
        lane.vectors[place].iov_base = at
        lane.vectors[place].iov_len = total
        header = &lane.headers[place].msg_hdr
        header.msg_name = &leg.address
        header.msg_namelen = leg.address_bytes
        header.msg_iov = &lane.vectors[place]
        header.msg_iovlen = 1
        header.msg_control = &lane.controls[place][0] if run > 1 else NULL
        header.msg_controllen = fill_segment(&lane.controls[place][0], <uint16_t>sizes[number]) if run > 1 else 0
        lane.messages[place].leg = leg
        lane.messages[place].packets = run
        lane.messages[place].size = sizes[number]
        lane.messages[place].full = sizes[number + run - 1] == sizes[number]
        lane.messages[place].video = video
        lane.queued += 1
        lane.used += total
        at += total
        number += run


cdef int join_message(Lane *lane, Leg *leg, uint8_t *at, int size, int count) noexcept nogil:
    """Put the packet at the end of the message queued last, if that can be; 1 when it was done."""
    cdef int place = lane.queued - 1
    cdef Message *message
    cdef msghdr *header
    if place < 0 or count == 0 or not lane.gso:
        return 0
    message = &lane.messages[place]
    if (
        message.leg != leg or not message.full or size > message.size or message.packets >= SEGMENTS
        or <uint8_t *>lane.vectors[place].iov_base + lane.vectors[place].iov_len != at
    ):
        return 0
    header = &lane.headers[place].msg_hdr
    header.msg_control = &lane.controls[place][0]
    header.msg_controllen = fill_segment(&lane.controls[place][0], <uint16_t>message.size)
    lane.vectors[place].iov_len += size
    lane.used += size
    message.packets += 1
    message.full = size == message.size
    return 1


cdef void deliver_tcp(Leg *leg, uint8_t *at, int *sizes, int count) noexcept nogil:
    """The packets as a list to the loop, which frames and writes them: the one place that takes the GIL."""
    with gil:
        packets = []
        for number in range(count):
            packets.append((<char *>at)[:sizes[number]])
            at += sizes[number]
        (<object>leg.deliver)(packets)


cdef void flush(Lane *lane) noexcept nogil:
    """Send what is queued. A full buffer is waited for a little; then the viewer whose packets they are loses them."""
    cdef int at = 0
    cdef int sent
    while at < lane.queued:
        if not lane.gso and lane.messages[at].packets > 1:
            send_singly(lane, at)
            at += 1
            continue
        sent = sendmmsg(lane.fd, &lane.headers[at], lane.queued - at, MSG_DONTWAIT)
        if sent > 0:
            at += sent
        elif errno == EINTR:
            continue
        elif errno == EAGAIN or errno == ENOBUFS:
            if not wait_for_room(lane):
                refuse(lane, at)
                at += 1
        elif lane.messages[at].packets > 1 and (errno == EINVAL or errno == EIO):
            lane.gso = 0  # this kernel or device cannot segment: packet by packet from here on
        else:
            lane.failed += 1
            at += 1
    lane.queued = 0
    lane.used = 0


cdef void send_singly(Lane *lane, int place) noexcept nogil:
    """A message that was queued as one to segment, packet by packet."""
    cdef uint8_t *at = <uint8_t *>lane.vectors[place].iov_base
    cdef size_t left = lane.vectors[place].iov_len
    cdef size_t size
    cdef msghdr *header = &lane.headers[place].msg_hdr
    while left > 0:
        size = <size_t>lane.messages[place].size
        if size > left:
            size = left
        if sendto(lane.fd, at, size, MSG_DONTWAIT, header.msg_name, header.msg_namelen) < 0:
            if errno == EINTR or ((errno == EAGAIN or errno == ENOBUFS) and wait_for_room(lane)):
                continue
            refuse(lane, place)
            return
        at += size
        left -= size


cdef int wait_for_room(Lane *lane) noexcept nogil:
    """True when the socket takes more; a pass waits `BUFFER_WAIT_NS` in total."""
    cdef pollfd poller
    cdef int64_t began
    cdef int ready
    if lane.wait_ns <= 0:
        return 0
    began = now_ns()
    poller.fd = lane.fd
    poller.events = POLLOUT
    ready = poll(&poller, 1, <int>(lane.wait_ns // 1000000) + 1)
    lane.wait_ns -= now_ns() - began + 100000
    return ready > 0


cdef void refuse(Lane *lane, int place) noexcept nogil:
    """The kernel would not take these packets: the viewer goes on at the next key frame."""
    cdef Leg *leg = lane.messages[place].leg
    lane.failed += 1
    if not lane.messages[place].video or leg.waits:
        return
    if leg.sent:
        leg.cursor += 1
        leg.sent = 0
    else:
        leg.counts.frames_sent -= 1  # its last packets were among them
    leg.waits = 1
    leg.counts.frames_dropped += 1
    lane.dropped += 1
