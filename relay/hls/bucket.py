"""Recordings in an S3 bucket, or in anything that speaks S3: MinIO, Ceph, R2, OSS. Needs the extra `s3`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from config.settings import BucketSettings
from relay.hls.store import Stored

if TYPE_CHECKING:
    from obstore.store import S3Config

CHUNK_BYTES = 8 * 1024 * 1024  # of a multi-part upload, and of its memory ...
CHUNKS_MAX = 3  # ... this many at once
RETRIES_MAX = 5
RETRY_SECONDS_MAX = 60  # then the upload is tried again as a whole, later
REQUEST_SECONDS_MAX = 60


class Bucket:
    """One bucket, below a prefix. Uploads are retried with growing pauses and seen whole or not at all."""

    def __init__(self, settings: BucketSettings) -> None:
        self._store = S3Store(
            settings.name,
            prefix=settings.prefix or None,
            config=_config(settings),
            client_options={
                "allow_http": settings.endpoint.startswith("http://"),
                "timeout": timedelta(seconds=REQUEST_SECONDS_MAX),
            },
            retry_config={"max_retries": RETRIES_MAX, "retry_timeout": timedelta(seconds=RETRY_SECONDS_MAX)},
        )

    def put(self, key: str, source: Path | bytes) -> None:
        """In several parts when it is large."""
        with _told(key):
            obstore.put(self._store, key, source, chunk_size=CHUNK_BYTES, max_concurrency=CHUNKS_MAX)

    def read(self, key: str, offset: int = 0, size: int | None = None) -> bytes:
        with _told(key):
            if size is not None:
                return bytes(obstore.get_range(self._store, key, start=offset, length=size))
            return bytes(obstore.get(self._store, key, options={"range": {"offset": offset}} if offset else {}).bytes())

    def all(self, prefix: str = "") -> list[Stored]:
        with _told(prefix):
            found = obstore.list(self._store, prefix or None).collect()
        return [Stored(one["path"], one["size"], one["last_modified"].timestamp()) for one in found]

    def delete(self, prefix: str, first: Sequence[str] = ()) -> None:
        with _told(prefix):
            found = [one.key for one in self.all(prefix)]
            for keys in (list(first), [key for key in found if key not in first]):
                present = [key for key in keys if key in found]
                if present:
                    obstore.delete(self._store, present)


def _config(settings: BucketSettings) -> S3Config:
    """What is configured; what is not, the usual AWS_ variables and roles give."""
    config: S3Config = {"region": settings.region}
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if settings.access_key:
        config |= {"access_key_id": settings.access_key, "secret_access_key": settings.secret_key}
    return config


@contextmanager
def _told(key: str) -> Iterator[None]:
    """Its errors as those of files."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError(key) from None
    except BaseError as error:
        raise OSError(f"{key}: {str(error).partition(chr(10))[0]}") from error  # what follows is the library's own
