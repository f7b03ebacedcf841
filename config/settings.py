"""Every option, once: its name with the unit last, default, bounds and meaning.

Sources, later wins: `fenbo.toml`, the environment (`FENBO_HTTP__PORT`), the command line (`--http.port`).
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.ladder import Step, parse_ladder

Port = Annotated[int, Field(ge=0, le=65535)]
HTTP_URL = "^https?://[^/]+.*$"


class Section(BaseModel):
    """A group of options; an unknown name in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(Section):
    """Pages, API, WebSocket, LL-HLS, WHIP and WHEP signalling."""

    host: str = Field("0.0.0.0", description="address to listen on")
    port: Port = Field(8080, description="TCP port; 0 takes a free one")
    public_url: str = Field(
        "", description="how people reach this server, e.g. https://live.example.com; empty: derived from host and port"
    )
    tls_certificate: Path | None = Field(None, description="PEM file; with tls_key it turns HTTP into HTTPS")
    tls_key: Path | None = Field(None, description="PEM file of the certificate's private key")
    body_bytes_max: int = Field(256 * 1024, ge=1024, description="largest request body")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed"
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ip_network(proxy, strict=False)
        return proxies


class RtmpSettings(Section):
    """Publishing from OBS, FFmpeg and other encoders."""

    host: str = Field("0.0.0.0", description="address to listen on")
    port: Port = Field(1935, description="TCP port; 0 takes a free one")
    tls_port: Port = Field(1936, description="TCP port of RTMPS, when http.tls_certificate is set; 0 takes a free one")
    connections_max: int = Field(256, ge=1, description="publishers connected at once")
    newcomers_per_address_max: int = Field(
        16, ge=1, description="connections of one address (of IPv6: one /64) at once that do not publish yet"
    )
    silence_ms_max: int = Field(10_000, ge=1000, description="a peer that sends nothing for this long is closed")
    handshake_ms_max: int = Field(5_000, ge=100, description="time from connect to publish")
    message_bytes_max: int = Field(8 * 1024 * 1024, ge=65536, description="largest RTMP message (one video frame)")
    private_targets: bool = Field(
        False, description="broadcasts may also be pushed to private, loopback and link-local addresses"
    )


class MediaSettings(Section):
    """The crossing between sources and outputs."""

    gop_ms_max: int = Field(4_000, ge=500, le=20_000, description="longest group of pictures kept for joiners")
    gop_bytes_max: int = Field(2 * 1024 * 1024, ge=65536, description="largest group of pictures kept for joiners")
    takeover_ms: int = Field(
        1_000, ge=100, description="a source silent for this long gives way to another connection with its key"
    )
    ladder: tuple[str, ...] = Field(
        (),
        description="lower rungs encoded here while somebody watches them, from the highest down, "
        "as <lines>p:<kilobits a second>: 720p:2500, 480p:1200; empty: none",
    )
    ladder_idle_ms: int = Field(
        15_000, ge=2_000, description="a rung that no LL-HLS player has asked for this long is not encoded any more"
    )

    @field_validator("ladder")
    @classmethod
    def _are_rungs(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        parse_ladder(words)
        return words

    @property
    def steps(self) -> tuple[Step, ...]:
        """The ladder, read."""
        return parse_ladder(self.ladder)


class HlsSettings(Section):
    """The LL-HLS origin."""

    part_ms_target: int = Field(500, ge=100, le=2_000, description="part target; every part is 85-100 % of it")
    segment_ms_target: int = Field(
        2_000, ge=1_000, le=10_000, description="a segment ends at the first key frame past this"
    )
    window_segments: int = Field(10, ge=7, le=1_000, description="segments in the playlist")
    held_requests_max: int = Field(20_000, ge=1, description="requests of a broadcast held until their part exists")
    edge_secret: str = Field(
        "", description="signs the cookies that nginx-edge.conf checks; empty: edges let everybody in", repr=False
    )
    audio_only: bool = Field(False, description="offer the sound alone, too; a ladder always does")
    record: bool = Field(False, description="keep every broadcast as fMP4 files in data_dir/recordings")
    record_days_max: int = Field(90, ge=1, description="recordings older than this are deleted")
    record_gigabytes_max: int = Field(
        200, ge=1, description="gigabytes that a merchant's recordings may take; his oldest are deleted beyond that"
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.segment_ms_target < 2 * self.part_ms_target:
            raise ValueError("hls.segment_ms_target must be at least twice hls.part_ms_target")
        return self


class BucketSettings(Section):
    """An S3 bucket for recordings, of AWS or of anything that speaks S3; needs the extra `s3`."""

    name: str = Field("", description="recordings go here when they are finished; empty: they stay in data_dir")
    prefix: str = Field("", description="what the keys in the bucket begin with")
    endpoint: str = Field("", description="URL of a server that is not AWS, e.g. https://minio.example.com")
    region: str = Field("us-east-1", description="the bucket's region")
    access_key: str = Field("", description="who we are; empty: the usual AWS_ variables, or the machine's role")
    secret_key: str = Field("", description="the secret of access_key", repr=False)


class WebrtcSettings(Section):
    """WHIP in, WHEP out: one UDP port and the same TCP port for all sessions."""

    host: str = Field("0.0.0.0", description="address to listen on")
    port: Port = Field(8189, description="UDP and TCP port; 0 takes a free one")
    advertised_hosts: tuple[str, ...] = Field(
        (), description="addresses offered to browsers; empty: those of this machine"
    )
    viewers: bool = Field(
        True, description="whether pages offer WebRTC; false: LL-HLS alone, as behind a CDN that carries it to all"
    )
    sessions_max: int = Field(2_000, ge=1, description="WHIP and WHEP sessions at once")
    newcomers_per_address_max: int = Field(
        64, ge=1, description="WHEP sessions of one address (of IPv6: one /64) at once that are not connected yet"
    )
    ice_servers: tuple[str, ...] = Field(
        (), description="STUN or TURN URLs told to WHIP and WHEP clients; this server itself needs none"
    )
    fanout: str = Field(
        "auto", pattern="^(auto|compiled|python)$", description="how media is sent: compiled, python, or auto"
    )
    fanout_threads: int = Field(
        0, ge=0, le=64, description="threads that send to WebRTC viewers; 0: half the processors, one at least"
    )


class RoomSettings(Section):
    """Chat and presence."""

    chat_bytes_max: int = Field(500, ge=1, le=4_000, description="longest chat line, in UTF-8 bytes")
    history_lines: int = Field(50, ge=0, le=1_000, description="lines shown to whoever joins")
    history_seconds: int = Field(600, ge=0, description="how long a room's lines are kept after its last member left")
    resume_lines_max: int = Field(
        1_000, ge=50, le=20_000, description="lines kept for those who come back after a dropped connection"
    )
    resume_seconds_max: int = Field(600, ge=10, description="lines older than this are not resumed")
    members_max: int = Field(20_000, ge=1, description="WebSockets at once")
    members_per_viewer_max: int = Field(20, ge=1, description="WebSockets of one viewer at once")
    members_per_address_max: int = Field(
        5_000,
        ge=1,
        description="WebSockets of one address (of IPv6: one /64) at once, also before hello; a carrier shares them",
    )
    message_bytes_max: int = Field(16 * 1024, ge=1024, le=65536, description="longest message of a member")
    hello_ms_max: int = Field(10_000, ge=100, description="time from connecting to hello")
    heartbeat_ms: int = Field(25_000, ge=100, description="a ping goes this often; no pong in half of it: closed")
    abuse_max: int = Field(20, ge=1, description="bad messages in a minute after which a member is closed (4400)")
    gather_ms: int = Field(40, ge=1, le=1_000, description="lines that fall into this time leave in one write")
    flood_lines_per_second: int = Field(
        250, ge=1, description="lines a member gets in a second at most; the rest is counted as dropped"
    )
    slow_bytes_max: int = Field(
        256 * 1024, ge=4096, description="unread bytes after which a member gets nothing more until it has read"
    )
    slow_ms_max: int = Field(10_000, ge=100, description="a member that has not caught up by then is closed (4408)")
    chat_per_second: float = Field(2.0, gt=0, description="lines a viewer may say in a second, in the long run")
    chat_burst: int = Field(10, ge=1, description="lines a viewer may say at once")
    poster_font: Path | None = Field(
        None, description="font file for posters; unset: Debian's fonts-noto-cjk or fonts-wqy-zenhei where installed"
    )
    room_chat_per_second: float = Field(
        20_000.0, gt=0, description="lines a whole room may say in a second before it is refused"
    )


class DatabaseSettings(Section):
    """Where commerce is kept."""

    url: str = Field("", description="SQLAlchemy URL; empty: fenbo.sqlite3 in data_dir")
    batch_max: int = Field(256, ge=1, le=500, description="commands in one commit")
    queue_max: int = Field(
        10_000, ge=1, description="commands waiting for a commit, or questions for a reader, at once"
    )
    readers: int = Field(4, ge=1, le=64, description="threads and connections that read")
    backup_days: int = Field(
        30,
        ge=1,
        le=3_650,
        description="days that `fenbo backup DIRECTORY` keeps its files: what was erased is in them until they go",
    )


class RedisSettings(Section):
    """What several nodes share besides the database."""

    url: str = Field(
        "",
        description="redis://, rediss:// or unix:// of a Redis 7 that carries the rooms' chat, facts and counts "
        "between nodes; empty: this node is alone",
        repr=False,
    )
    cluster: bool = Field(False, description="`url` is one node of a Redis Cluster")


class PaymentSettings(Section):
    """How buyers pay."""

    reservation_seconds: int = Field(900, ge=10, description="how long an unpaid order keeps its stock")
    after_sales_days: int = Field(7, ge=0, le=3_650, description="days from receipt until an order is finished")
    case_answer_days: int = Field(3, ge=1, le=365, description="days HQ has to answer a buyer's case; silence agrees")
    case_send_days: int = Field(
        7, ge=1, le=365, description="days a buyer has to send goods back, else his case lapses"
    )
    case_receive_days: int = Field(
        10, ge=1, le=365, description="days HQ has to confirm goods that were sent back; silence confirms"
    )
    sandbox: bool = Field(True, description="orders of merchants without a provider may be paid in the sandbox")
    call_ms_max: int = Field(10_000, ge=100, description="a provider that has not answered by then is asked again")
    refund_attempts_max: int = Field(
        12,
        ge=1,
        le=50,
        description="times a provider is told of a refund before it has failed; the last after 23 hours",
    )
    stripe_url: str = Field("https://api.stripe.com", pattern=HTTP_URL, description="where Stripe is asked")
    wechat_url: str = Field("https://api.mch.weixin.qq.com", pattern=HTTP_URL, description="where WeChat Pay is asked")
    alipay_url: str = Field(
        "https://openapi.alipay.com/gateway.do", pattern=HTTP_URL, description="where Alipay is asked, and buyers sent"
    )


class HookSettings(Section):
    """Webhooks out."""

    private_targets: bool = Field(
        False, description="also call private, loopback and link-local addresses; otherwise only public ones"
    )
    attempts_max: int = Field(
        12, ge=1, le=50, description="attempts of a delivery; the twelfth comes after about 23 hours"
    )
    first_wait_ms: int = Field(5_000, ge=10, description="wait before the second attempt; each further one is tripled")
    answer_ms_max: int = Field(10_000, ge=100, description="a receiver that has not answered by then is tried again")


class SmsSettings(Section):
    """How buyers' one-time codes reach their phones; without a gateway nobody logs in and everybody buys as a guest."""

    gateway: str = Field(
        "", pattern="^(console|webhook|)$", description="console (codes go to the log), webhook, or empty: no login"
    )
    url: str = Field("", description="where the webhook gateway is posted phone and text, as JSON")
    secret: str = Field("", description="signs what is posted there, as webhooks are signed", repr=False)
    country: str = Field("86", pattern="^[1-9][0-9]{0,2}$", description="calling code of numbers that come without one")
    code_seconds: int = Field(300, ge=60, le=3_600, description="how long a code holds")
    answer_ms_max: int = Field(8_000, ge=100, description="a gateway that has not answered by then has not sent it")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.gateway == "webhook" and not (self.url.startswith(("https://", "http://")) and self.secret):
            raise ValueError("sms.gateway webhook needs sms.url and sms.secret")
        return self


class LogSettings(Section):
    """What is written to standard error."""

    format: str = Field("console", pattern="^(console|json)$", description="console or json")
    level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")


class MetricsSettings(Section):
    """Prometheus and health checks."""

    host: str = Field("127.0.0.1", description="address of the separate port")
    port: Port | None = Field(
        None, description="separate port for /metrics, /healthz and /readyz; unset: on the HTTP port"
    )


class Settings(Section):
    """The whole configuration of one node. `load` reads it from its sources."""

    data_dir: Path = Field(Path("fenbo-data"), description="database file, master secret, recordings")
    secret: str = Field("", description="master secret; empty: a file made in data_dir at first start", repr=False)
    http: HttpSettings = HttpSettings()
    rtmp: RtmpSettings = RtmpSettings()
    media: MediaSettings = MediaSettings()
    hls: HlsSettings = HlsSettings()
    bucket: BucketSettings = BucketSettings()
    webrtc: WebrtcSettings = WebrtcSettings()
    rooms: RoomSettings = RoomSettings()
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    payments: PaymentSettings = PaymentSettings()
    hooks: HookSettings = HookSettings()
    sms: SmsSettings = SmsSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
