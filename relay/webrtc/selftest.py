"""At start: can each advertised candidate be reached? A real check is sent to it, as a browser would send it.

The check goes out from this machine, so a router that does not send its own inside back in (hairpin) makes a good
address look unreachable; the finding says what happened, and the start goes on.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Awaitable
from dataclasses import dataclass

from relay.errors import BadStun
from relay.webrtc import stun
from relay.webrtc.candidates import Candidate
from relay.webrtc.framing import Framer
from relay.webrtc.ice import Agent, new_credentials
from relay.webrtc.port import Port
from relay.webrtc.session import Path

TRIES = 3
TRY_S = 0.4
_US = "self"


@dataclass(frozen=True, slots=True)
class Finding:
    """`problem` is "" for a candidate that answered; `scope` says who can reach such an address at all."""

    candidate: Candidate
    problem: str
    scope: str

    def __str__(self) -> str:
        where = f"{self.candidate.kind} {self.candidate.host}:{self.candidate.port} ({self.scope})"
        return f"{where}: {self.problem or 'answers'}"


class _Self:
    """An owner whom nobody but this test knows."""

    def __init__(self) -> None:
        self.agent = Agent(new_credentials(), _US, 0.0)

    def receive(self, datagram: bytes, path: Path) -> None: ...

    def selected(self, path: Path) -> None: ...


async def examine(port: Port, candidates: list[Candidate]) -> list[Finding]:
    """One finding for each candidate, in their order; takes TRIES * TRY_S at most."""
    owner = _Self()
    port.attach(owner)
    try:
        problems = await asyncio.gather(*(_reach(owner.agent, candidate) for candidate in candidates))
    finally:
        port.detach(owner)
    return [
        Finding(candidate, problem, scope(candidate.host))
        for candidate, problem in zip(candidates, problems, strict=True)
    ]


def scope(host: str) -> str:
    """Who can reach an address of that kind."""
    address = ipaddress.ip_address(host)
    if address.is_loopback:
        return "this machine only"
    return "its own network only" if address.is_private else "public"


async def _reach(agent: Agent, candidate: Candidate) -> str:
    attempt: Awaitable[None] = _ask_udp(agent, candidate) if candidate.kind == "udp" else _ask_tcp(agent, candidate)
    try:
        await asyncio.wait_for(attempt, TRIES * TRY_S)
    except TimeoutError:
        return "no answer: a firewall, a port that is not published, or a router that does not lead back in"
    except (BadStun, ValueError) as foreign:
        return f"somebody else answers there ({foreign})"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error) or "the connection was closed"
    return ""


def _check(agent: Agent) -> bytes:
    username = f"{agent.local.ufrag}:{_US}".encode()
    attributes = [(stun.USERNAME, username), (stun.ICE_CONTROLLING, os.urandom(8)), (stun.PRIORITY, b"\0\0\0\1")]
    return stun.build(stun.REQUEST, os.urandom(12), attributes, agent.local.password.encode())


def _verify(agent: Agent, answer: bytes) -> None:
    """Raises `BadStun` when it is not ours."""
    message = stun.parse(answer)
    if message.kind != stun.SUCCESS or not message.signed_by(agent.local.password.encode()):
        raise BadStun("answer", "not made by this server")


async def _ask_udp(agent: Agent, candidate: Candidate) -> None:
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in candidate.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        await loop.sock_connect(udp, (candidate.host, candidate.port))
        while True:
            await loop.sock_sendall(udp, _check(agent))
            try:
                _verify(agent, await asyncio.wait_for(loop.sock_recv(udp, 2048), TRY_S))
            except TimeoutError:
                continue
            return


async def _ask_tcp(agent: Agent, candidate: Candidate) -> None:
    reader, writer = await asyncio.open_connection(candidate.host, candidate.port)
    try:
        check = _check(agent)
        writer.write(len(check).to_bytes(2, "big") + check)
        framer = Framer()
        while data := await reader.read(2048):
            for frame in framer.feed(data):
                _verify(agent, frame)
                return
        raise ConnectionResetError
    finally:
        writer.close()
