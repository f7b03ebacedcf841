"""The one catalogue of Prometheus metrics. No room, viewer or show is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """All metrics of one node, on an injected registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._media_in(registry)
        self._hls(registry)
        self._webrtc_sessions(registry)
        self._webrtc_media(registry)
        self._rooms(registry)
        self._commerce(registry)

    def _media_in(self, registry: CollectorRegistry) -> None:
        self.rtmp_connections = Gauge("fenbo_rtmp_connections", "RTMP connections open now", registry=registry)
        self.rtmp_refused = Counter("fenbo_rtmp_refused", "RTMP publishers refused", ["reason"], registry=registry)
        self.broadcasts = Gauge("fenbo_broadcasts", "Broadcasts with a source publishing now", registry=registry)
        self.slates = Gauge("fenbo_slates", "Broadcasts that show the slate now", registry=registry)
        self.source_switches = Counter(
            "fenbo_source_switches", "Times a source or the slate went on, by which", ["to"], registry=registry
        )
        self.media_packets = Counter(
            "fenbo_media_packets", "Packets published into broadcasts", ["kind"], registry=registry
        )
        self.media_bytes = Counter(
            "fenbo_media_bytes", "Bytes of media published into broadcasts", ["kind"], registry=registry
        )
        self.source_warnings = Gauge(
            "fenbo_source_warnings", "Sources now that give cause for a warning", ["warning"], registry=registry
        )
        self._sources(registry)
        self.restreams = Gauge("fenbo_restreams", "Restreams that are sending now", registry=registry)
        self.restream_ended = Counter(
            "fenbo_restream_ended", "Connections of restreams lost or refused, by reason", ["reason"], registry=registry
        )
        self.packets_dropped = Counter(
            "fenbo_packets_dropped", "Packets an output was too slow for", ["output"], registry=registry
        )

    def _sources(self, registry: CollectorRegistry) -> None:
        self.sources = Gauge(
            "fenbo_sources",
            "Sources connected now, by slot and codec of the picture",
            ["slot", "codec"],
            registry=registry,
        )
        self.source_bits = Gauge(
            "fenbo_source_bits_per_second",
            "Video that the sources of a slot send together",
            ["slot"],
            registry=registry,
        )
        self.source_frames = Gauge(
            "fenbo_source_frames_per_second", "Pictures a second of the slowest source", ["slot"], registry=registry
        )
        self.source_jitter = Gauge(
            "fenbo_source_jitter_ms",
            "By how much pictures of the most uneven source arrive unevenly",
            ["slot"],
            registry=registry,
        )
        self.source_gop = Gauge(
            "fenbo_source_gop_seconds",
            "Time between key frames of the source with the longest",
            ["slot"],
            registry=registry,
        )

    def _hls(self, registry: CollectorRegistry) -> None:
        self.hls_requests = Counter("fenbo_hls_requests", "LL-HLS requests", ["resource", "status"], registry=registry)
        self.hls_waiting = Gauge("fenbo_hls_waiting", "LL-HLS requests held until their part exists", registry=registry)
        self.hls_parts = Counter("fenbo_hls_parts", "LL-HLS parts made", registry=registry)
        self.ladder_rungs = Gauge("fenbo_ladder_rungs", "Rungs that are being encoded", registry=registry)
        self._recordings(registry)

    def _recordings(self, registry: CollectorRegistry) -> None:
        self.recording_lost = Counter(
            "fenbo_recording_segments_lost", "Segments that could not be written to their recording", registry=registry
        )
        self.recording_bytes = Gauge(
            "fenbo_recording_bytes", "Recordings on the disk and in the bucket", registry=registry
        )
        self.recording_moves_failed = Counter(
            "fenbo_recording_moves_failed", "Recordings that could not be moved to the bucket", registry=registry
        )
        self.recordings_deleted = Counter(
            "fenbo_recordings_deleted", "Recordings deleted: too old, or too many bytes", ["reason"], registry=registry
        )

    def _webrtc_sessions(self, registry: CollectorRegistry) -> None:
        self.webrtc_sessions = Gauge("fenbo_webrtc_sessions", "WHIP and WHEP sessions now", ["kind"], registry=registry)
        self.webrtc_ended = Counter(
            "fenbo_webrtc_ended", "WHIP and WHEP sessions ended, by reason", ["kind", "reason"], registry=registry
        )
        self.webrtc_refused = Counter(
            "fenbo_webrtc_refused", "WHIP and WHEP offers refused, by reason", ["reason"], registry=registry
        )
        self.webrtc_strangers = Counter(
            "fenbo_webrtc_strangers",
            "Datagrams and connections of nobody known, by what they were",
            ["reason"],
            registry=registry,
        )
        self.webrtc_setup_seconds = Histogram(
            "fenbo_webrtc_setup_seconds",
            "From the answer to keys and a path",
            ["kind"],
            buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 15.0),
            registry=registry,
        )
        self.webrtc_ingest = Counter(
            "fenbo_webrtc_ingest",
            "RTP of WHIP publishers: bad, late, lost, asked (again), keyframe_asked",
            ["event"],
            registry=registry,
        )

    def _webrtc_media(self, registry: CollectorRegistry) -> None:
        self.webrtc_packets = Counter("fenbo_webrtc_packets", "RTP packets sent to WebRTC viewers", registry=registry)
        self.webrtc_bytes = Counter("fenbo_webrtc_bytes", "Bytes of RTP payload sent to viewers", registry=registry)
        self.webrtc_repaired = Counter("fenbo_webrtc_repaired", "RTP packets sent again on request", registry=registry)
        self.webrtc_sends_failed = Counter(
            "fenbo_webrtc_sends_failed", "Datagrams or runs of them that the kernel refused", registry=registry
        )
        self.webrtc_rung_viewers = Gauge(
            "fenbo_webrtc_rung_viewers", "WebRTC viewers by the rung they are sent", ["rung"], registry=registry
        )
        self.webrtc_feedback = Counter(
            "fenbo_webrtc_feedback", "RTCP from viewers: nack, pli, fir, remb, report, bad", ["kind"], registry=registry
        )
        self.webrtc_forward_seconds = Histogram(
            "fenbo_webrtc_forward_seconds",
            "From a frame's arrival to its last viewer's datagram",
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
            registry=registry,
        )
        self.webrtc_first_frame_seconds = Histogram(
            "fenbo_webrtc_first_frame_seconds",
            "From a viewer's keys to his first whole frame sent",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0),
            registry=registry,
        )
        self.webrtc_fanout = Gauge("fenbo_webrtc_fanout", "1 for the fan-out path in use", ["path"], registry=registry)

    def _rooms(self, registry: CollectorRegistry) -> None:
        self.http_requests = Counter(
            "fenbo_http_requests", "Requests outside LL-HLS", ["route", "status"], registry=registry
        )
        self.room_members = Gauge("fenbo_room_members", "WebSocket members in rooms now", registry=registry)
        self.chat_lines = Counter("fenbo_chat_lines", "Chat lines by outcome", ["outcome"], registry=registry)
        self.chat_deliveries = Counter("fenbo_chat_deliveries", "Lines handed to members", registry=registry)
        self.touches = Counter("fenbo_touches", "Entries through links, by outcome", ["outcome"], registry=registry)

    def _commerce(self, registry: CollectorRegistry) -> None:
        self.deliveries = Counter(
            "fenbo_deliveries",
            "Attempts at webhooks: delivered, waiting (to be tried again), failed",
            ["state"],
            registry=registry,
        )
        self.commands = Counter(
            "fenbo_commands", "Commerce commands by outcome", ["command", "outcome"], registry=registry
        )
        self.commit_batch = Histogram(
            "fenbo_commit_batch_commands",
            "Commands per commit",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "fenbo_commit_seconds",
            "Time of a batch from begin to durable commit",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
            registry=registry,
        )
        self.orders = Counter("fenbo_orders", "Orders by the state they reached", ["state"], registry=registry)
