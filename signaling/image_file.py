"""Somebody's picture made into ours: opened within limits, upright, in sRGB, in a few sizes, without what came with it.

Nothing of the file is handed on but its pixels: no place, no camera, no thumbnail, no profile. Slow: use a thread.
"""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

from PIL import ExifTags, Image, ImageCms

from commerce.commands.offering import IMAGE_SIZES

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
FILE_BYTES_MAX = 10 * 1024 * 1024
SIDE_MAX = 12_000
PIXELS_MAX = 40_000_000
QUALITIES = (82, 60, 30)  # the next one where the one before takes too many bytes
EFFORT = 4  # of 6: the last two take twice the time for 2 % of the bytes
LARGEST = IMAGE_SIZES[-1]
TRANSPARENT = ("RGBA", "LA", "PA", "RGBa", "La")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders raise at bytes that were made to break them.
BROKEN: tuple[type[Exception], ...] = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError, OverflowError),
    *(MemoryError, ArithmeticError, RuntimeError, struct.error, zlib.error),
)


class BadImage(Exception):
    """The file is no picture that can be shown; says why."""


def from_file(data: bytes, content_type: str, bytes_max: int) -> tuple[bytes, ...]:
    """WebP in each of IMAGE_SIZES, of at most `bytes_max` each. Raises `BadImage`."""
    form = FORMATS[content_type]
    try:
        with Image.open(io.BytesIO(data), formats=(form,)) as opened:
            _check_size(opened)
            return from_picture(_clean(opened), bytes_max)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # where warnings are errors
        raise BadImage(_too_large()) from error
    except BROKEN as error:
        raise BadImage(f"cannot be read as {content_type}") from error


def from_picture(picture: Image.Image, bytes_max: int) -> tuple[bytes, ...]:
    """The same of a picture in RGB or RGBA; smaller ones are never made larger. Raises `BadImage`."""
    return tuple(_encoded(picture, size, bytes_max) for size in IMAGE_SIZES)


def _check_size(opened: Image.Image) -> None:
    """As its header says, before anything is unpacked."""
    if max(opened.size) > SIDE_MAX or opened.width * opened.height > PIXELS_MAX:
        raise BadImage(_too_large())


def _too_large() -> str:
    return f"may have {PIXELS_MAX // 1_000_000} million pixels and {SIDE_MAX} on a side at most"


def _clean(opened: Image.Image) -> Image.Image:
    """Its pixels alone, no larger than we need them."""
    profile = opened.info.get("icc_profile")
    clear = opened.mode in TRANSPARENT or "transparency" in opened.info
    picture = opened
    if opened.mode in ("P", "PA", "1") or (clear and opened.mode not in TRANSPARENT):
        picture = opened.convert("RGBA" if clear else "RGB")  # colours of a table cannot be mixed
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)  # a JPEG is unpacked no larger than that needs
    bare = _in_srgb(picture, profile).convert("RGBA" if clear else "RGB")
    turn = TURNS.get(_held(opened))
    turned = bare if turn is None else bare.transpose(turn)
    return Image.frombytes(turned.mode, turned.size, turned.tobytes())


def _held(opened: Image.Image) -> int:
    """How the camera was held; what it wrote badly is as good as nothing."""
    with suppress(*BROKEN):
        return int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Phones photograph in wider colours than pages show; a profile that cannot be used is left aside."""
    if isinstance(profile, bytes) and picture.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        with suppress(ImageCms.PyCMSError, *BROKEN):
            own, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            found = ImageCms.profileToProfile(picture, own, ours, outputMode=mode)
            return picture if found is None else found
    return picture


def _encoded(picture: Image.Image, size: int, bytes_max: int) -> bytes:
    small = picture.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        target = io.BytesIO()
        small.save(target, "WEBP", quality=quality, method=EFFORT)
        if target.tell() <= bytes_max:
            return target.getvalue()
    raise BadImage("has too much in it to be made small enough")
