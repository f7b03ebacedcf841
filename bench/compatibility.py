"""Who can publish, as a table in README.md: each recorded session played into the server's core, and what came out.

The sessions are what real programs sent, byte for byte (tests/relay/rtmp/captures); `make soak` runs the programs
themselves and holds them against the same table. `make readme` writes it, a test checks that it is today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.describe import README, with_block
from relay.errors import BadInput, Refused
from relay.media import Kind, Packet
from relay.rtmp import handshake
from relay.rtmp.chunks import Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Event, Media, Protocol, Publish, Unpublish

CAPTURES = Path(__file__).parent.parent / "tests" / "relay" / "rtmp" / "captures"
BLOCK = "compatibility"
PIECE_BYTES = 1460
CLIENTS = {
    "obs-29": "OBS 29, killed in the end",
    "ffmpeg-5.1": "FFmpeg 5.1",
    "ffmpeg-8": "FFmpeg 8",
    "ffmpeg-8-hevc-opus": "FFmpeg 8, Enhanced RTMP",
    "ffmpeg-8-av1-aac": "FFmpeg 8, Enhanced RTMP",
    "gstreamer-1.22-rtmp2sink": "GStreamer 1.22 rtmp2sink",
    "librtmp-2.4-rtmpsink": "librtmp 2.4 (GStreamer rtmpsink, rtmpdump)",
    "nginx-rtmp-1.2-push": "nginx-rtmp 1.2 push",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a session; `problem` is empty when nothing was refused."""

    packets: tuple[Packet, ...]
    stopped: bool
    problem: str

    def of(self, kind: Kind) -> list[Packet]:
        return [packet for packet in self.packets if packet.track.kind is kind]

    def cells(self) -> str:
        """Codecs, counts and outcome, as cells of the table."""
        video, audio = self.of(Kind.VIDEO), self.of(Kind.AUDIO)
        pictures = f"{video[0].track.codec}, {len(video)} pictures" if video else "none"
        sounds = f"{audio[0].track.codec}, {len(audio)} frames" if audio else "none"
        b_frames = "yes" if any(packet.pts != packet.dts for packet in video) else "no"
        outcome = self.problem or ("plays, says that it stops" if self.stopped else "plays, just closes")
        return f"{pictures} | {b_frames} | {sounds} | {outcome}"


def played(session: bytes, piece_bytes: int = PIECE_BYTES) -> Result:
    """A session as it would come from the network, accepted whatever its key is."""
    core, demuxer = Protocol(Limits(), bytes(handshake.RANDOM_BYTES)), Demuxer()
    packets: list[Packet] = []
    stopped, problem = False, ""
    try:
        for at in range(0, len(session), piece_bytes):
            core.receive_data(session[at : at + piece_bytes])
            for event in core.events():
                stopped = stopped or isinstance(event, Unpublish)
                packets += _heard(core, demuxer, event)
    except (BadInput, Refused) as refused:
        problem = str(refused)
    return Result(tuple(packets), stopped, problem)


def _heard(core: Protocol, demuxer: Demuxer, event: Event) -> list[Packet]:
    if isinstance(event, Publish):
        core.accept()
    if not isinstance(event, Media):
        return []
    packet = demuxer.read(Kind.VIDEO if event.video else Kind.AUDIO, event.timestamp, event.body, 0)
    return [] if packet is None else [packet]


def markdown() -> str:
    """The table of today."""
    lines = ["| client | video | B-frames | audio | result |", "|---|---|---|---|---|"]
    for name, client in CLIENTS.items():
        lines.append(f"| {client} | {played((CAPTURES / f'{name}.rtmp').read_bytes()).cells()} |")
    return "\n".join(lines)


def write_readme() -> None:
    """Puts it into README.md."""
    README.write_text(with_block(README.read_text("utf-8"), BLOCK, markdown()), "utf-8")


if __name__ == "__main__":
    write_readme()
