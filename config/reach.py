"""Which addresses are everybody's: what merchants choose (webhooks, covers, restreams) may not lead inside."""

from __future__ import annotations

import ipaddress

from config.household import TRANSLATED

COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1: an IPv4 address in the last 32 bits, long given up
LAST_32 = 0xFFFF_FFFF


def is_public(address: str) -> bool:
    """Raises ValueError for what is no address. IPv4 within IPv6 is looked at as IPv4: a router may take it out."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    inner = found.ipv4_mapped or found.sixtofour
    if found in TRANSLATED or found in COMPATIBLE:
        inner = ipaddress.IPv4Address(int(found) & LAST_32)
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_site_local
