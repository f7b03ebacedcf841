"""WebSocket frames of a server, built once and written to every member (RFC 6455, section 5.2). Pure."""

from __future__ import annotations

import struct

FIN_TEXT = 0x81
FIN_CLOSE = 0x88


def text(payload: bytes) -> bytes:
    """One unfragmented, unmasked text frame: "A server MUST NOT mask any frames" (RFC 6455, section 5.1)."""
    return _head(FIN_TEXT, len(payload)) + payload


def close(code: int, reason: str) -> bytes:
    """A close frame; the reason is cut so that the body fits a control frame's 125 bytes (section 5.5)."""
    body = struct.pack("!H", code) + reason.encode()[:123]
    return _head(FIN_CLOSE, len(body)) + body


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return struct.pack("!BB", first, length)
    if length < 65536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
