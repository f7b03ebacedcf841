"""`fenbo doctor`: what WebRTC will do on this machine - the fan-out path, and whether its candidates can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import WebrtcSettings
from relay.webrtc import selftest
from relay.webrtc.candidates import offered
from relay.webrtc.lanes import open_fanout
from relay.webrtc.port import Port

COMPILED = {"auto": None, "compiled": True, "python": False}


@dataclass(frozen=True, slots=True)
class Report:
    """Lines for people; `healthy` when every candidate answered."""

    lines: tuple[str, ...]
    healthy: bool


async def examine(settings: WebrtcSettings) -> Report:
    """Opens the port as `serve` would, so the server has to be stopped: a port in use is said to be one."""
    try:
        port = await Port.open(settings.host, settings.port)
    except OSError as error:
        return Report((f"port {settings.port}: {error.strerror}; stop the server to have its candidates tried",), False)
    try:
        candidates = await offered(settings.advertised_hosts, settings.host, port.number, port.udp.family)
        findings = await selftest.examine(port, candidates)
        lines = (_fanout(settings, port), *(f"candidate {finding}" for finding in findings))
        return Report(lines, not any(finding.problem for finding in findings))
    except (OSError, ValueError) as error:
        return Report((f"webrtc.advertised_hosts: {error}",), False)
    finally:
        await port.close()


def _fanout(settings: WebrtcSettings, port: Port) -> str:
    """Which path sends, and whether the kernel cuts packets for it."""
    try:
        fanout = open_fanout(port.udp, threads=settings.fanout_threads, compiled=COMPILED[settings.fanout])
    except ImportError:
        return "fan-out: compiled is asked for and was not built"
    segments = "the kernel segments (UDP_SEGMENT)" if fanout.gso else "one call a packet"
    fanout.close()
    return f"fan-out: {fanout.kind}, {segments}"
