"""Whose address it is, for whatever counts or compares addresses: limits, tries, "the same address"."""

from __future__ import annotations

import ipaddress

# One customer's line is given at least a /64 (RFC 6177; RFC 7421), and every device in it takes addresses of its own as
# it likes (RFC 8981): counted one by one, a single machine would have 2^64 tries.
HOUSE_BITS = 64
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 caller before a translator, in the last 32 bits


def household(address: str) -> str:
    """`203.0.113.9`, or of IPv6 `2001:db8:1:2::/64`; IPv4 within IPv6 is IPv4. What is no address stays."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    if found in TRANSLATED:
        return str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF))
    return str(ipaddress.IPv6Network((int(found), HOUSE_BITS), strict=False))
