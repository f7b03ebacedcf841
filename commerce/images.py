"""Pictures of goods: bytes that somebody else has found to be a picture and made into the sizes that pages ask for.

A picture's address is the digest of what is in it, so it never changes and may be kept for ever by whoever fetched it.
A merchant keeps it once, for as long as any of his goods or rooms has its address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy import delete, insert, or_, select

from commerce.commands.offering import IMAGE_SIZES
from commerce.errors import Invalid, NotFound
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit

PLACE = "/images/"
SHOWN = IMAGE_SIZES[-1]  # the one whose address goods have
DIGEST_CHARS = 40  # of SHA-256, in hex
_ADDRESS = re.compile(rf"/images/([0-9a-f]{{{DIGEST_CHARS}}})/({'|'.join(map(str, IMAGE_SIZES))})\.webp")


def address(digest: str, size: int = SHOWN) -> str:
    """The path of a picture in one of its sizes."""
    return f"{PLACE}{digest}/{size}.webp"


def parts(url: str) -> tuple[str, int] | None:
    """Digest and size of a picture's own address; None for every other."""
    found = _ADDRESS.fullmatch(url)
    return None if found is None else (found[1], int(found[2]))


def keep(unit: Unit, merchant: int, sizes: Sequence[bytes]) -> str:
    """The address under which the picture is kept now; `sizes` are in the order of IMAGE_SIZES."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in sizes)).hexdigest()[:DIGEST_CHARS]
    if not _held(unit, merchant, digest):
        mine = {"merchant_id": merchant, "digest": digest, "created_at": unit.now}
        rows = [
            mine | {"id": unit.new_id(), "size": size, "data": data}
            for size, data in zip(IMAGE_SIZES, sizes, strict=True)
        ]
        unit.connection.execute(insert(tables.image), rows)
    return address(digest)


def check_kept(unit: Unit, merchant: int, url: str) -> None:
    """That an address of ours has a picture of this merchant's behind it, and keeps it until the commit; Invalid."""
    if not url.startswith(PLACE):
        return
    found = parts(url)
    if found is None or not _held(unit, merchant, found[0]):
        raise Invalid("image_url", "there is no such picture here")


def drop_unused(unit: Unit, merchant: int, url: str) -> None:
    """Forgets a picture whose address nothing of the merchant's has any more."""
    found = parts(url)
    if found is None or not _held(unit, merchant, found[0]):
        return
    product, room, table = tables.product, tables.room, tables.image
    start = f"{PLACE}{found[0]}/"
    shown = select(product.c.id).where(product.c.merchant_id == merchant, product.c.image_url.startswith(start))
    looks = or_(room.c.logo_url.startswith(start), room.c.cover_url.startswith(start))
    worn = select(room.c.id).where(room.c.merchant_id == merchant, looks)
    # Asked once the rows are ours: who was about to show the picture elsewhere has committed, or finds it gone.
    if any(unit.connection.execute(query.limit(1)).first() for query in (shown, worn)):
        return
    unit.connection.execute(delete(table).where(table.c.merchant_id == merchant, table.c.digest == found[0]))


def _held(unit: Unit, merchant: int, digest: str) -> bool:
    table = tables.image
    query = select(table.c.id).where(table.c.merchant_id == merchant, table.c.digest == digest)
    return bool(unit.connection.execute(query.order_by(table.c.id).with_for_update()).all())


def image(connected: Connected, digest: str, size: int) -> bytes:
    """A picture as WebP, whoever's it is: the same digest is the same picture. NotFound."""
    table = tables.image
    query = select(table.c.data).where(table.c.digest == digest, table.c.size == size).limit(1)
    found: bytes | None = connected.connection.execute(query).scalar()
    if found is None:
        raise NotFound("image", "no such picture")
    return found
