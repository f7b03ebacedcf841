"""How the Redis bus reaches Redis: one server, or a cluster whose nodes take turns at being listened to."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.driver_info import DriverInfo

CALL_SECONDS_MAX = 2.0  # a Redis that takes longer counts as down


class Link:
    """`client` takes commands and scripts; `ear` hears. A cluster's nodes pass on to each other what is published."""

    def __init__(self, url: str, *, cluster: bool) -> None:
        """Connects when it is first needed."""
        self._url = url
        self._turns = count()
        self._cluster = RedisCluster.from_url(url, **_options()) if cluster else None
        self._heard = _server(url)
        self.client: Redis | RedisCluster = self._cluster or self._heard
        self.ear = self._pubsub()

    @property
    def is_cluster(self) -> bool:
        return self._cluster is not None

    def _pubsub(self) -> PubSub:
        return self._heard.pubsub(ignore_subscribe_messages=True)

    async def listen_again(self, channels: list[str]) -> None:
        """After a lost connection: `ear` hears the same channels again, in a cluster of the next node in turn."""
        if self._cluster is None:
            if self.ear.connection is not None:  # perhaps half open, or in the middle of garbage
                await self.ear.connection.disconnect()
            await self.ear.ping()  # connects, and subscribes to everything again
            return
        await self._close_ear()
        self._heard = _server(self._next_url(self._cluster))
        self.ear = self._pubsub()
        await self.ear.ping()
        if channels:
            await self.ear.subscribe(*channels)

    def _next_url(self, cluster: RedisCluster) -> str:
        nodes = sorted((node.host, node.port) for node in cluster.get_primaries())
        if not nodes:
            return self._url
        host, port = nodes[next(self._turns) % len(nodes)]
        parts = urlsplit(self._url)
        user, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}{at}{f'[{host}]' if ':' in host else host}:{port}"))

    async def _close_ear(self) -> None:
        await self.ear.aclose()  # type: ignore[no-untyped-call]
        await self._heard.aclose()

    async def close(self) -> None:
        """Lets go of all connections."""
        await self._close_ear()
        if self._cluster is not None:
            await self._cluster.aclose()


def _server(url: str) -> Redis:
    return Redis.from_url(url, **_options())


def _options() -> dict[str, Any]:
    return {
        "socket_timeout": CALL_SECONDS_MAX,
        "socket_connect_timeout": CALL_SECONDS_MAX,
        "driver_info": DriverInfo(name="fenbo", lib_version="1"),  # left to itself it looks through the disk
        "retry": Retry(NoBackoff(), 0),  # a lost connection must be known: what was missed has to be read
    }
