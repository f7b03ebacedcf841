"""The addresses this server offers to browsers, and whether each can be reached.

`webrtc.advertised_hosts` names them (`203.0.113.5`, `live.example.com`, with `:port` or `[v6]:port` where a router or
Docker publishes another port); without it they are this machine's own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Literal

import ifaddr

HOSTS_MAX = 16  # candidates a browser has to try, twice: UDP and TCP
_UDP_PREFERENCE = 126  # RFC 8445, section 5.1.2.2: host candidates
_TCP_PREFERENCE = 90  # RFC 6544, section 4.2: less than any UDP host candidate
_PASSIVE_PREFERENCE = 4  # RFC 6544, section 4.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One host candidate (RFC 8839, section 5.1); TCP ones are passive (RFC 6544)."""

    kind: Literal["udp", "tcp"]
    host: str
    port: int
    priority: int
    foundation: str

    def __str__(self) -> str:
        tcptype = " tcptype passive" if self.kind == "tcp" else ""
        return f"{self.foundation} 1 {self.kind} {self.priority} {self.host} {self.port} typ host{tcptype}"


def candidates(addresses: list[tuple[str, int]]) -> list[Candidate]:
    """UDP and TCP for every (numeric host, port), the first preferred."""
    found = []
    for index, (host, port) in enumerate(addresses[:HOSTS_MAX]):
        local = 8191 - index  # thirteen bits of it are free under a TCP direction preference
        udp = _UDP_PREFERENCE << 24 | local << 8 | 255
        tcp = _TCP_PREFERENCE << 24 | (_PASSIVE_PREFERENCE << 13 | local) << 8 | 255
        found.append(Candidate("udp", host, port, udp, f"{index}u"))
        found.append(Candidate("tcp", host, port, tcp, f"{index}t"))
    return found


def split(advertised: str, port: int) -> tuple[str, int]:
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address, as (host, port). Raises ValueError."""
    if advertised.count(":") > 1 and not advertised.startswith("["):
        return str(ipaddress.IPv6Address(advertised)), port
    host, colon, number = advertised.rpartition(":")
    if not colon or advertised.endswith("]"):
        return advertised.strip("[]"), port
    if not number.isdecimal() or not 0 < int(number) < 65536:
        raise ValueError(f"{advertised}: not a port")
    return host.strip("[]"), int(number)


async def offered(advertised: tuple[str, ...], bound: str, port: int, family: socket.AddressFamily) -> list[Candidate]:
    """The candidates of a socket bound to `bound`: of the advertised hosts, else of this machine. Raises OSError."""
    if advertised:
        return candidates(await resolve(advertised, port, family))
    return candidates(await asyncio.to_thread(own, bound, port, family))


async def resolve(advertised: tuple[str, ...], port: int, family: socket.AddressFamily) -> list[tuple[str, int]]:
    """Numeric addresses of the advertised hosts, in their order, of the families the socket speaks. Raises OSError."""
    loop = asyncio.get_running_loop()
    wanted = family if family == socket.AF_INET else socket.AF_UNSPEC
    found: list[tuple[str, int]] = []
    for name in advertised:
        host, host_port = split(name, port)
        for info in await loop.getaddrinfo(host, host_port, family=wanted, type=socket.SOCK_DGRAM):
            address = (str(info[4][0]), host_port)
            if address not in found:
                found.append(address)
    return found


def own(bound: str, port: int, family: socket.AddressFamily) -> list[tuple[str, int]]:
    """This machine's addresses behind a socket bound to `bound`; its loopback only when there is nothing else."""
    if not ipaddress.ip_address(bound).is_unspecified:
        return [(bound, port)]
    hosts = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    numeric = [ipaddress.ip_address(host if isinstance(host, str) else host[0]) for host in hosts]
    if family == socket.AF_INET:
        numeric = [host for host in numeric if host.version == 4]
    reachable = [host for host in numeric if not (host.is_loopback or host.is_link_local)]
    loopback = [host for host in numeric if host.is_loopback and host.version == 4]
    return [(str(host), port) for host in reachable or loopback]
