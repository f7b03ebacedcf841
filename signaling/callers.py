"""From which address a request comes. Limits count by it (its household), so nobody may choose it himself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from aiohttp import web

from config.household import household

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
HEADER = "X-Forwarded-For"


class Callers:
    """`trusted_proxies` are addresses and networks; the default trusts none, and then the header means nothing."""

    def __init__(self, trusted_proxies: Iterable[str] = ()) -> None:
        self._trusted = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]

    def address(self, request: web.Request) -> str:
        """The caller's address, "" when the peer has none."""
        return self.behind(request.remote or "", request.headers.getall(HEADER, []))

    def household(self, request: web.Request) -> str:
        """Whose address it is: what limits count by, "" when the peer has none."""
        return household(self.address(request))

    def behind(self, peer: str, forwarded: Iterable[str]) -> str:
        """Each proxy appends whom it heard: the right-most that is no proxy of ours.

        What stands further left was written by whoever that is, and anybody can write anything.
        """
        found, said = _read(peer), ",".join(forwarded).split(",")
        if found is None:
            return peer
        while said and self._is_trusted(found):
            before = _read(said.pop())
            if before is None:
                break
            found = before
        return str(found)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _read(text: str) -> Address | None:
    """An address; of an IPv4 peer on an IPv6 socket the IPv4 address."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
