# What a lane's thread works on. Python never touches it, but to read counters.

ctypedef int (*Protect)(void *, void *, int *) noexcept nogil
ctypedef int (*Dealloc)(void *) noexcept nogil

cdef struct Frame:
    int key
    int count
    int padding  # of the last packet
    uint32_t timestamp
    int64_t received_ns
    int64_t start  # bytes pushed before it
    uint32_t *offsets  # count + 1 places in data
    uint8_t *data

cdef struct History:
    int64_t first
    int64_t serial
    uint32_t timestamp

cdef struct Stream:
    uint32_t ssrc
    int payload_type
    int64_t sequence
    uint32_t offset

cdef struct Counts:  # in the order of LegStats
    int64_t video_packets
    int64_t video_octets
    int64_t audio_packets
    int64_t audio_octets
    int64_t repaired
    int64_t frames_dropped
    int64_t frames_sent
    int64_t first_frame_us

cdef struct Leg:
    Feed *feed
    void *session
    PyObject *deliver  # for TCP: takes a list of packets; NULL on UDP
    sockaddr_storage address
    socklen_t address_bytes
    Stream video
    Stream rtx
    Stream audio
    int waits
    int begun
    int sent
    int again  # whether to go back, to these, when the frame begun is out
    int64_t again_serial
    int64_t again_until
    uint32_t again_timestamp
    int64_t cursor
    int64_t until
    int64_t base_bytes
    uint32_t base_timestamp
    uint32_t timestamp
    int64_t free_at
    int64_t joined_ns
    Counts counts
    int64_t remembered
    History history[HISTORY]

cdef struct Feed:
    Feed *next
    Frame *ring[FEED_FRAMES]
    int64_t head
    int64_t oldest
    int64_t pushed
    Leg **legs
    int size
    int room
    int64_t noted  # the serial after the newest frame whose latency is known
    Frame *sound  # goes out in the next pass

cdef enum Kind:
    OPEN, CLOSE, VIDEO, AUDIO, ADD, REMOVE, MOVE, REPAIR, RESTART, JOIN

cdef struct Command:
    Command *next
    Kind kind
    Feed *feed
    Leg *leg
    Frame *frame
    Frame *sound
    int64_t serial
    int64_t until
    uint32_t timestamp
    PyObject *deliver
    sockaddr_storage address
    socklen_t address_bytes
    int count
    uint16_t sequences[REPAIRS]

cdef struct Message:
    Leg *leg
    int packets
    int size  # of the first, and of all but the last
    int full  # the last is as long as the others
    int video

cdef struct Lane:
    pthread_t thread
    pthread_mutex_t lock
    pthread_cond_t wake
    Command *first
    Command *last
    int closing
    int asleep  # its thread waits on `wake`
    int fd
    int gso
    Protect protect
    Dealloc dealloc
    Feed *feeds
    int64_t wait_ns
    int64_t packets
    int64_t octets
    int64_t dropped
    int64_t failed
    uint32_t latencies[LATENCIES]
    int latency_count
    int queued
    int used
    mmsghdr headers[MESSAGES]
    iovec vectors[MESSAGES]
    Message messages[MESSAGES]
    uint8_t controls[MESSAGES][32]
    uint8_t memory[BATCH_BYTES]
