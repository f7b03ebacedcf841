# The system calls of _fanout.pyx: threads, clocks, and Linux's batched, segmenting UDP send.

cdef extern from "<netinet/in.h>" nogil:
    ctypedef unsigned int socklen_t
    cdef struct sockaddr_storage:
        pass

cdef extern from "<sys/socket.h>" nogil:
    cdef struct iovec:
        void *iov_base
        size_t iov_len
    cdef struct msghdr:
        void *msg_name
        socklen_t msg_namelen
        iovec *msg_iov
        size_t msg_iovlen
        void *msg_control
        size_t msg_controllen
    cdef struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len
    int sendmmsg(int, mmsghdr *, unsigned int, int)
    ssize_t sendto(int, const void *, size_t, int, const void *, socklen_t)
    int MSG_DONTWAIT

cdef extern from "<poll.h>" nogil:
    cdef struct pollfd:
        int fd
        short events
        short revents
    int poll(pollfd *, unsigned long, int)
    short POLLOUT

cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_t:
        pass
    ctypedef struct pthread_mutex_t:
        pass
    ctypedef struct pthread_cond_t:
        pass
    int pthread_mutex_init(pthread_mutex_t *, void *)
    int pthread_mutex_lock(pthread_mutex_t *)
    int pthread_mutex_unlock(pthread_mutex_t *)
    int pthread_mutex_destroy(pthread_mutex_t *)
    int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *)
    int pthread_cond_signal(pthread_cond_t *)
    int pthread_cond_destroy(pthread_cond_t *)
    int pthread_create(pthread_t *, void *, void *(*)(void *) noexcept nogil, void *)
    int pthread_join(pthread_t, void **)

cdef extern from *:
    """
    #include <arpa/inet.h>
    #include <errno.h>
    #include <netinet/in.h>
    #include <pthread.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <time.h>

    #ifndef UDP_SEGMENT
    #define UDP_SEGMENT 103 /* linux/udp.h */
    #endif

    static int64_t now_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }

    static int init_cond(pthread_cond_t *cond) {
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        int failed = pthread_cond_init(cond, &attributes);
        pthread_condattr_destroy(&attributes);
        return failed;
    }

    static int wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t moment_ns) {
        struct timespec until = {moment_ns / 1000000000, moment_ns % 1000000000};
        return pthread_cond_timedwait(cond, lock, &until);
    }

    /* The control message that has the kernel cut one buffer into datagrams of `size` bytes (udp(7)). */
    static size_t fill_segment(void *control, uint16_t size) {
        struct cmsghdr *header = (struct cmsghdr *)control;
        header->cmsg_level = IPPROTO_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof(size));
        memcpy(CMSG_DATA(header), &size, sizeof(size));
        return CMSG_SPACE(sizeof(size));
    }

    static socklen_t fill_address(int family, const uint8_t *packed, int port, struct sockaddr_storage *address) {
        memset(address, 0, sizeof(*address));
        if (family == AF_INET6) {
            struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
            six->sin6_family = AF_INET6;
            six->sin6_port = htons((uint16_t)port);
            memcpy(&six->sin6_addr, packed, 16);
            return sizeof(*six);
        }
        struct sockaddr_in *four = (struct sockaddr_in *)address;
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        memcpy(&four->sin_addr, packed, 4);
        return sizeof(*four);
    }

    static void fill_header(uint8_t *at, int first, int second, uint16_t sequence, uint32_t timestamp, uint32_t ssrc) {
        at[0] = (uint8_t)first;
        at[1] = (uint8_t)second;
        sequence = htons(sequence);
        timestamp = htonl(timestamp);
        ssrc = htonl(ssrc);
        memcpy(at + 2, &sequence, 2);
        memcpy(at + 4, &timestamp, 4);
        memcpy(at + 8, &ssrc, 4);
    }
    """
    int64_t now_ns() nogil
    int init_cond(pthread_cond_t *) nogil
    int wait_until(pthread_cond_t *, pthread_mutex_t *, int64_t) nogil
    size_t fill_segment(void *, uint16_t) nogil
    socklen_t fill_address(int, const uint8_t *, int, sockaddr_storage *) nogil
    void fill_header(uint8_t *, int, int, uint16_t, uint32_t, uint32_t) nogil
