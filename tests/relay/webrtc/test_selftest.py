"""The start-up test on candidates that work, that do not, and that are somebody else's."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from relay.webrtc import selftest
from relay.webrtc.candidates import candidates
from relay.webrtc.port import Port


@pytest.fixture
async def opened() -> AsyncIterator[Port]:
    made = await Port.open("127.0.0.1", 0)
    yield made
    await made.close()


async def test_candidates_that_lead_here_answer(opened: Port):
    found = await selftest.examine(opened, candidates([("127.0.0.1", opened.number)]))
    assert [(one.candidate.kind, one.problem) for one in found] == [("udp", ""), ("tcp", "")]
    assert str(found[0]) == f"udp 127.0.0.1:{opened.number} (this machine only): answers"
    assert opened.addresses == 0, "nothing of the test stays"


async def test_a_closed_port_is_said_to_be_one(opened: Port):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        found = await selftest.examine(opened, candidates([("127.0.0.1", unused.getsockname()[1])]))
    assert [one.problem for one in found] == ["Connection refused", "Connection refused"]


async def test_silence_is_explained(opened: Port, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selftest, "TRY_S", 0.02)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        udp = candidates([("127.0.0.1", deaf.getsockname()[1])])[:1]
        found = await selftest.examine(opened, udp)
    assert "no answer" in found[0].problem


async def test_another_server_behind_the_address_is_noticed(opened: Port):
    other = await Port.open("127.0.0.1", 0)

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(data, addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, ("127.0.0.1", 0))
    echo = candidates([transport.get_extra_info("sockname")])[:1]
    found = await selftest.examine(opened, echo)
    assert "somebody else" in found[0].problem
    transport.close()
    await other.close()


@pytest.mark.parametrize(
    ("host", "scope"),
    [("127.0.0.1", "this machine only"), ("192.168.1.2", "its own network only"), ("8.8.8.8", "public")],
)
def test_who_can_reach_what(host: str, scope: str):
    assert selftest.scope(host) == scope
