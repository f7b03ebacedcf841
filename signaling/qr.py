"""QR codes of links: as SVG for pages and print, and as a picture for posters. Pure."""

from __future__ import annotations

import io

import segno
from PIL import Image

QUIET = 4  # modules of white around it: ISO/IEC 18004 asks for four


def svg(text: str) -> bytes:
    """Scales to any size; error correction M bears a scratch."""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        buffer, kind="svg", border=QUIET, xmldecl=False, light="#fff", scale=8
    )
    return buffer.getvalue()


def picture(text: str, width: int) -> Image.Image:
    """Black on white, as large as whole modules fit into `width` pixels."""
    code = segno.make(text, error="m", micro=False)
    scale = max(1, width // code.symbol_size(border=QUIET)[0])
    buffer = io.BytesIO()
    code.save(buffer, kind="png", border=QUIET, scale=scale)
    return Image.open(buffer).convert("RGB")
