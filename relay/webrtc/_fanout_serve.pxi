# The lane's thread: commands, the pass over the legs, and each leg's steps as fanout.py has them.


cdef void skip(Lane *lane, Leg *leg, int64_t serial) noexcept nogil:
    leg.counts.frames_dropped += serial - leg.cursor
    lane.dropped += serial - leg.cursor
    leg.cursor = serial
    leg.sent = 0
    leg.waits = 1


cdef void begin_frame(Leg *leg, Frame *frame) noexcept nogil:
    """The time stamp and the history entry of the frame at the cursor."""
    cdef uint32_t timestamp = frame.timestamp
    cdef uint32_t ahead
    cdef History *entry
    leg.waits = 0
    if leg.cursor < leg.until:
        timestamp = leg.base_timestamp + <uint32_t>(
            (frame.start - leg.base_bytes) * VIDEO_CLOCK_RATE // CATCHUP_BYTES_PER_S
        )
    timestamp += leg.video.offset
    if leg.begun:
        ahead = timestamp - leg.timestamp
        if ahead == 0 or ahead >= 0x80000000u:
            timestamp = leg.timestamp + TIMESTAMP_STEP
    leg.begun = 1
    leg.timestamp = timestamp
    entry = &leg.history[leg.remembered % HISTORY]
    entry.first = leg.video.sequence
    entry.serial = leg.cursor
    entry.timestamp = timestamp
    leg.remembered += 1


cdef void send_run(Lane *lane, Leg *leg, Frame *frame, int64_t now) noexcept nogil:
    cdef int end
    cdef int64_t size
    cdef int64_t rate
    cdef int64_t since = now - CATCHUP_LATE_NS if leg.cursor < leg.until else now
    if leg.sent == 0:
        begin_frame(leg, frame)
    end = frame.count if frame.count - leg.sent <= RUN_PACKETS else leg.sent + RUN_PACKETS
    size = frame.offsets[end] - frame.offsets[leg.sent]
    rate = CATCHUP_BYTES_PER_S if leg.cursor < leg.until else RUN_BYTES_PER_S
    queue_run(
        lane, leg, frame, leg.sent, end, &leg.video, leg.video.sequence, leg.timestamp, end == frame.count, 0, 0, 1
    )
    leg.video.sequence += end - leg.sent
    leg.counts.video_packets += end - leg.sent
    leg.counts.video_octets += size - (frame.padding if end == frame.count else 0)
    leg.free_at = (leg.free_at if leg.free_at > since else since) + size * 1000000000 // rate
    leg.sent = end
    if end == frame.count:
        leg.cursor += 1
        leg.sent = 0
        leg.counts.frames_sent += 1
        if leg.counts.first_frame_us == 0:
            leg.counts.first_frame_us = (now_ns() - leg.joined_ns) // 1000 + 1


cdef void go_back(Leg *leg, int64_t now) noexcept nogil:
    cdef Feed *feed = leg.feed
    leg.again = 0
    leg.free_at = leg.free_at if leg.free_at > now else now
    if leg.again_serial < feed.oldest or leg.again_serial >= feed.head:
        return
    leg.cursor = leg.again_serial
    leg.until = leg.again_until
    leg.waits = 0
    leg.base_bytes = feed.ring[leg.again_serial % FEED_FRAMES].start
    leg.base_timestamp = leg.again_timestamp


cdef int64_t serve_leg(Lane *lane, Leg *leg, int64_t now) noexcept nogil:
    """Send what is due of the video; returns when more will be, 0 when nothing waits."""
    cdef Feed *feed = leg.feed
    cdef Frame *frame
    while leg.cursor < feed.head or leg.again:
        if leg.again and leg.sent == 0:
            go_back(leg, now)
            continue
        if leg.cursor < feed.oldest or (leg.cursor >= leg.until and feed.head - leg.cursor > LAG_FRAMES):
            skip(lane, leg, feed.oldest if feed.oldest > leg.cursor + 1 else leg.cursor + 1)
            continue
        frame = feed.ring[leg.cursor % FEED_FRAMES]
        if leg.waits and not frame.key:
            skip(lane, leg, leg.cursor + 1)
        elif now + PACE_SLACK_NS < leg.free_at:
            return leg.free_at - PACE_SLACK_NS
        else:
            send_run(lane, leg, frame, now)
    return 0


cdef int64_t serve(Lane *lane) noexcept nogil:
    """One pass over all legs; returns when the next is due, 0 for never."""
    cdef int64_t now = now_ns()
    cdef int64_t due = 0
    cdef int64_t feed_due
    cdef int64_t leg_due
    cdef int live  # legs at the live edge
    cdef int behind  # those of them that have not been sent all of the newest frame
    cdef Leg *leg
    cdef Feed *feed = lane.feeds
    lane.wait_ns = BUFFER_WAIT_NS
    while feed != NULL:
        feed_due = 0
        live = 0
        behind = 0
        for number in range(feed.size):
            leg = feed.legs[number]
            leg_due = serve_leg(lane, leg, now)
            live += leg.cursor >= leg.until
            behind += leg_due != 0 and leg.cursor >= leg.until
            if leg_due and (feed_due == 0 or leg_due < feed_due):
                feed_due = leg_due
            if feed.sound != NULL:
                send_sound(lane, leg, feed.sound)
        flush(lane)
        end_sound(lane, feed)
        if live and not behind and feed.noted < feed.head:
            feed.noted = feed.head
            note_latency(lane, feed.ring[(feed.head - 1) % FEED_FRAMES])
        if feed_due and (due == 0 or feed_due < due):
            due = feed_due
        feed = feed.next
    return due


cdef void note_latency(Lane *lane, Frame *frame) noexcept nogil:
    if frame.received_ns == 0:
        return
    pthread_mutex_lock(&lane.lock)
    if lane.latency_count < LATENCIES:
        lane.latencies[lane.latency_count] = <uint32_t>((now_ns() - frame.received_ns) // 1000)
        lane.latency_count += 1
    pthread_mutex_unlock(&lane.lock)


cdef void send_sound(Lane *lane, Leg *leg, Frame *frame) noexcept nogil:
    if leg.audio.payload_type < 0:
        return
    queue_run(
        lane, leg, frame, 0, frame.count, &leg.audio, leg.audio.sequence, frame.timestamp + leg.audio.offset, 0, 0, 0, 0
    )
    leg.audio.sequence += frame.count
    leg.counts.audio_packets += frame.count
    leg.counts.audio_octets += frame.offsets[frame.count]


cdef void end_sound(Lane *lane, Feed *feed) noexcept nogil:
    """Every leg has been sent it."""
    if feed.sound != NULL and feed.size:
        note_latency(lane, feed.sound)
    free(feed.sound)
    feed.sound = NULL


cdef void take_sound(Lane *lane, Feed *feed, Command *command) noexcept nogil:
    """What goes out with the next pass; what has waited for that until now goes before it."""
    if command.sound == NULL:
        return
    if feed.sound != NULL:
        for number in range(feed.size):
            send_sound(lane, feed.legs[number], feed.sound)
        flush(lane)
        end_sound(lane, feed)
    feed.sound = command.sound
    command.sound = NULL


cdef void repair(Lane *lane, Leg *leg, Command *command) noexcept nogil:
    """Each wanted packet under the RTX source, or the identical one where there is no RTX."""
    cdef int64_t sequence
    cdef int64_t back
    cdef History *entry
    cdef Frame *frame
    cdef int place
    cdef int last
    for number in range(command.count):
        sequence = leg.video.sequence + <short>(<uint16_t>(command.sequences[number] - <uint16_t>leg.video.sequence))
        if sequence >= leg.video.sequence:
            continue
        back = leg.remembered - 1
        while back >= 0 and back > leg.remembered - 1 - HISTORY and leg.history[back % HISTORY].first > sequence:
            back -= 1
        if back < 0 or back <= leg.remembered - 1 - HISTORY:
            continue
        entry = &leg.history[back % HISTORY]
        if entry.serial < leg.feed.oldest:
            continue
        frame = leg.feed.ring[entry.serial % FEED_FRAMES]
        place = <int>(sequence - entry.first)
        if place >= frame.count:
            continue
        last = place == frame.count - 1
        leg.counts.repaired += 1
        if leg.rtx.payload_type < 0:
            queue_run(lane, leg, frame, place, place + 1, &leg.video, sequence, entry.timestamp, last, 0, 0, 0)
        else:
            queue_run(
                lane, leg, frame, place, place + 1, &leg.rtx, leg.rtx.sequence, entry.timestamp, last,
                1, <uint16_t>sequence, 0,
            )
            leg.rtx.sequence += 1
    flush(lane)


cdef void restart(Leg *leg, Command *command) noexcept nogil:
    leg.again = 1
    leg.again_serial = command.serial
    leg.again_until = command.until
    leg.again_timestamp = command.timestamp


cdef void push(Feed *feed, Command *command) noexcept nogil:
    cdef int64_t oldest = command.until
    command.frame.start = feed.pushed
    feed.pushed += command.frame.offsets[command.frame.count]
    if feed.head == 0:
        feed.oldest = command.serial
    feed.head = command.serial + 1
    if oldest < feed.head - FEED_FRAMES:
        oldest = feed.head - FEED_FRAMES
    while feed.oldest < oldest:
        free(feed.ring[feed.oldest % FEED_FRAMES])
        feed.ring[feed.oldest % FEED_FRAMES] = NULL
        feed.oldest += 1
    feed.ring[command.serial % FEED_FRAMES] = command.frame
    if feed.size == 0:
        feed.noted = feed.head
    command.frame = NULL


cdef void add(Feed *feed, Command *command) noexcept nogil:
    cdef Leg *leg = command.leg
    if not hold(feed, leg):
        return
    leg.cursor = feed.head
    leg.waits = 1
    if command.serial >= 0:
        restart(leg, command)


cdef int hold(Feed *feed, Leg *leg) noexcept nogil:
    """Put a leg among those of a feed; 0 when there is no memory for it."""
    cdef Leg **grown
    if feed.size == feed.room:
        grown = <Leg **>realloc(feed.legs, (feed.room + 64) * sizeof(Leg *))
        if grown == NULL:
            return 0
        feed.legs = grown
        feed.room += 64
    feed.legs[feed.size] = leg
    feed.size += 1
    return 1


cdef void let_go(Leg *leg) noexcept nogil:
    """Take a leg out of its feed."""
    cdef Feed *feed = leg.feed
    for number in range(feed.size):
        if feed.legs[number] == leg:
            feed.size -= 1
            feed.legs[number] = feed.legs[feed.size]
            return


cdef void join(Lane *lane, Command *command) noexcept nogil:
    """Another feed's leg from now on. A frame begun is sent to its end; what it remembers was of the old feed."""
    cdef Leg *leg = command.leg
    cdef Feed *feed = leg.feed
    cdef int64_t now = now_ns()
    while leg.sent:
        if leg.cursor < feed.oldest:
            leg.sent = 0
        else:
            send_run(lane, leg, feed.ring[leg.cursor % FEED_FRAMES], now)
    flush(lane)
    if not hold(command.feed, leg):
        return
    let_go(leg)
    leg.feed = command.feed
    leg.remembered = 0
    leg.cursor = leg.feed.head
    leg.until = 0
    leg.waits = 1
    restart(leg, command)
    go_back(leg, now)


cdef void free_leg(Lane *lane, Leg *leg) noexcept nogil:
    lane.dealloc(leg.session)
    release(leg.deliver)
    free(leg)


cdef void remove(Lane *lane, Leg *leg) noexcept nogil:
    let_go(leg)
    free_leg(lane, leg)


cdef void close_feed(Lane *lane, Feed *feed) noexcept nogil:
    cdef Feed **link = &lane.feeds
    while link[0] != NULL and link[0] != feed:
        link = &link[0].next
    if link[0] == feed:
        link[0] = feed.next
    for number in range(feed.size):
        free_leg(lane, feed.legs[number])
    for number in range(FEED_FRAMES):
        free(feed.ring[number])
    free(feed.sound)
    free(feed.legs)
    free(feed)


cdef void apply(Lane *lane, Command *command) noexcept nogil:
    if command.kind == OPEN:
        command.feed.next = lane.feeds
        lane.feeds = command.feed
    elif command.kind == CLOSE:
        close_feed(lane, command.feed)
    elif command.kind == VIDEO:
        push(command.feed, command)
        take_sound(lane, command.feed, command)
    elif command.kind == AUDIO:
        take_sound(lane, command.feed, command)
    elif command.kind == ADD:
        add(command.feed, command)
    elif command.kind == REMOVE:
        remove(lane, command.leg)
    elif command.kind == MOVE:
        release(command.leg.deliver)
        command.leg.deliver = command.deliver
        command.leg.address = command.address
        command.leg.address_bytes = command.address_bytes
        command.deliver = NULL
    elif command.kind == JOIN:
        join(lane, command)
    elif command.kind == REPAIR:
        repair(lane, command.leg, command)
    else:
        restart(command.leg, command)


cdef void release(PyObject *deliver) noexcept nogil:
    if deliver != NULL:
        with gil:
            Py_DECREF(<object>deliver)


cdef void free_command(Command *command) noexcept nogil:
    release(command.deliver)
    free(command.frame)
    free(command.sound)
    free(command)


cdef void enqueue(Lane *lane, Command *command) noexcept nogil:
    """The thread is woken when the lock is free again: it would only run into it. One who is awake looks by itself."""
    cdef int asleep
    pthread_mutex_lock(&lane.lock)
    if lane.last == NULL:
        lane.first = command
    else:
        lane.last.next = command
    lane.last = command
    asleep = lane.asleep
    lane.asleep = 0
    pthread_mutex_unlock(&lane.lock)
    if asleep:
        pthread_cond_signal(&lane.wake)


cdef void *run_lane(void *argument) noexcept nogil:
    cdef Lane *lane = <Lane *>argument
    cdef Command *command
    cdef Command *following
    cdef int closing = 0
    cdef int64_t due = 0
    while not closing:
        pthread_mutex_lock(&lane.lock)
        while lane.first == NULL and not lane.closing:
            lane.asleep = 1
            if due == 0:
                pthread_cond_wait(&lane.wake, &lane.lock)
            elif wait_until(&lane.wake, &lane.lock, due) != 0:
                break
        lane.asleep = 0
        command = lane.first
        closing = lane.closing
        lane.first = NULL
        lane.last = NULL
        pthread_mutex_unlock(&lane.lock)
        while command != NULL:
            following = command.next
            apply(lane, command)
            free_command(command)
            command = following
        due = serve(lane)
    while lane.feeds != NULL:
        close_feed(lane, lane.feeds)
    return NULL


cdef int start_lane(Lane *lane) except -1:
    pthread_mutex_init(&lane.lock, NULL)
    if init_cond(&lane.wake) or pthread_create(&lane.thread, NULL, run_lane, lane):
        free(lane)
        raise RuntimeError("no thread for the fan-out")
    return 0


cdef void end_lane(Lane *lane) noexcept nogil:
    """Lets the thread finish what is queued, then frees everything."""
    pthread_mutex_lock(&lane.lock)
    lane.closing = 1
    pthread_cond_signal(&lane.wake)
    pthread_mutex_unlock(&lane.lock)
    pthread_join(lane.thread, NULL)
    pthread_mutex_destroy(&lane.lock)
    pthread_cond_destroy(&lane.wake)
    free(lane)
