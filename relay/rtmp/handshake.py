"""The RTMP handshake, server side (Adobe RTMP 1.0, section 5.2).

The plain one. Clients that open with the digest variant (FMLE, nginx-rtmp) put a version into bytes 4-7 of C1;
an S1 with zeros there tells them that no digest will come, and each of them then goes on with the plain form.
"""

from __future__ import annotations

from collections.abc import Generator

from relay.errors import BadRtmp
from relay.rtmp.buffer import Buffer

VERSION = 3
SIGNATURE_BYTES = 1536
RANDOM_BYTES = SIGNATURE_BYTES - 8


def answer(client_signature: bytes, random: bytes) -> bytes:
    """S0, S1 and S2 for a C1. `random` has `RANDOM_BYTES`."""
    return bytes((VERSION,)) + bytes(8) + random + client_signature  # 5.2.4: S2 echoes C1


def serve(buffer: Buffer, output: list[bytes], random: bytes) -> Generator[None, None, None]:
    """Read C0, C1 and C2; put the answer into `output` between them. Raises `BadRtmp` for another version."""
    version = yield from buffer.take(1)
    if version[0] != VERSION:
        raise BadRtmp("handshake", f"version {version[0]}, not {VERSION}")
    signature = yield from buffer.take(SIGNATURE_BYTES)
    output.append(answer(signature, random))
    yield from buffer.take(SIGNATURE_BYTES)  # C2; digest clients do not echo, so nothing in it can be checked
