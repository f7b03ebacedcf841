"""Which addresses are offered, and how they are written."""

from __future__ import annotations

import socket

import pytest
from aiortc.sdp import candidate_from_sdp

from relay.webrtc import candidates

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("203.0.113.5", ("203.0.113.5", 8189)),
        ("203.0.113.5:9000", ("203.0.113.5", 9000)),
        ("live.example.com", ("live.example.com", 8189)),
        ("live.example.com:443", ("live.example.com", 443)),
        ("2001:db8::1", ("2001:db8::1", 8189)),
        ("[2001:db8::1]", ("2001:db8::1", 8189)),
        ("[2001:db8::1]:9000", ("2001:db8::1", 9000)),
    ],
)
def test_how_a_host_may_be_written(text: str, split: tuple[str, int]):
    assert candidates.split(text, 8189) == split


@pytest.mark.parametrize("text", ["a:b", "host:0", "host:70000", "1:2:3", "host:"])
def test_what_is_no_host(text: str):
    with pytest.raises(ValueError):
        candidates.split(text, 8189)


def test_candidates_are_udp_first_and_unique():
    made = candidates.candidates([("192.0.2.1", 1), ("192.0.2.2", 2)])
    assert [one.kind for one in made] == ["udp", "tcp", "udp", "tcp"]
    assert len({one.foundation for one in made}) == len({one.priority for one in made}) == 4
    by_preference = sorted(made, key=lambda one: -one.priority)
    assert [(one.kind, one.host) for one in by_preference] == [
        ("udp", "192.0.2.1"),
        ("udp", "192.0.2.2"),
        ("tcp", "192.0.2.1"),
        ("tcp", "192.0.2.2"),
    ]
    read = candidate_from_sdp(str(made[1]))
    assert (read.component, read.protocol, read.ip, read.port, read.type, read.tcpType) == (
        1,
        "tcp",
        "192.0.2.1",
        1,
        "host",
        "passive",
    )
    assert all(0 < one.priority < 2**31 for one in made)


def test_a_machine_with_many_addresses_offers_a_bounded_number():
    many = [(f"192.0.2.{number}", 1) for number in range(200)]
    assert len(candidates.candidates(many)) == 2 * candidates.HOSTS_MAX


async def test_names_are_resolved_and_given_once():
    found = await candidates.resolve(("127.0.0.1", "127.0.0.1:9", "localhost", "localhost"), 8189, V4)
    assert found == [("127.0.0.1", 8189), ("127.0.0.1", 9)]


async def test_a_name_that_does_not_resolve_is_said_so():
    with pytest.raises(OSError):
        await candidates.resolve(("nowhere.invalid",), 8189, V4)


def test_a_socket_on_one_address_offers_that_one():
    assert candidates.own("127.0.0.1", 5, V4) == [("127.0.0.1", 5)]
    assert candidates.own("::1", 5, V6) == [("::1", 5)]


def test_this_machines_addresses_are_usable_ones():
    found = candidates.own("0.0.0.0", 5, V4)
    assert found
    assert all(":" not in host and port == 5 for host, port in found)
    for host, _ in found:
        with socket.socket() as probe:
            probe.bind((host, 0))


def test_loopback_is_offered_only_when_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch):
    class Adapter:
        def __init__(self, *addresses: str | tuple[str, int, int]) -> None:
            self.ips = [type("Ip", (), {"ip": address})() for address in addresses]

    loopback, outside = Adapter("127.0.0.1", ("::1", 0, 0)), Adapter("192.0.2.9", ("2001:db8::9", 0, 0), "169.254.1.1")
    monkeypatch.setattr(candidates.ifaddr, "get_adapters", lambda: [loopback])
    assert candidates.own("0.0.0.0", 5, V4) == [("127.0.0.1", 5)]
    monkeypatch.setattr(candidates.ifaddr, "get_adapters", lambda: [loopback, outside])
    assert candidates.own("0.0.0.0", 5, V4) == [("192.0.2.9", 5)]
    assert candidates.own("::", 5, V6) == [("192.0.2.9", 5), ("2001:db8::9", 5)]
