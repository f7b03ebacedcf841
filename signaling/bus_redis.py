"""The bus of several nodes, in Redis 7: capped streams for what must be resumed, publish/subscribe to hear it at once.

One script appends and tells, so offsets have no gaps and nothing is told that is not kept. A message that
publish/subscribe loses shows as a gap in the offsets, and members are then brought up from the stream (`Lane.restart`);
after a lost connection every followed stream is read on from where it was. A publisher that got no answer asks again
with the same name, and the entry is appended once. Times are Redis's own: nodes whose clocks differ keep the same.

In a cluster the keys of a stream share a hash tag and live on one shard, so streams spread over the shards; what is
told goes over the cluster's own bus to the node that is listened to. That bus may lose a message without anybody losing
a connection, so in a cluster every followed stream is also looked at now and then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Collection
from typing import Any

from redis.exceptions import RedisClusterException, RedisError

from signaling.bus import NAMES_MAX, BusDown, Entry, Keep, Listener, Place, Reading, Receiver
from signaling.chores import end
from signaling.redis_link import Link

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.2
LOOK_SECONDS = 5.0  # between two looks whether we still hear
PULSE_SECONDS_MAX = 2.0  # until a node hears itself
PUBLISH_TRIES = 3
READ_MAX = 5_000
EXIST_MAX = 500  # streams whose being there is asked in one go
FAULTS = (RedisError, RedisClusterException, OSError, TimeoutError)
GARBAGE = (ValueError, TypeError, AttributeError)  # an answer of another shape: a Redis that is not ours to rely on

# Redis counts the ids 1-* up from 1-0; the entry at 1-0 has offset 1.
# KEYS: stream, epoch, names. ARGV: fresh epoch, entries kept, seconds kept, names kept, channel, body, name.
APPEND = """
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[1]
  redis.call('UNLINK', KEYS[1], KEYS[3])
end
local known = redis.call('ZSCORE', KEYS[3], ARGV[7])
if known then return epoch .. ' ' .. known .. ' again' end
redis.call('SET', KEYS[2], epoch, 'EX', ARGV[3])
local time = redis.call('TIME')
local at = string.format('%d.%06d', tonumber(time[1]), tonumber(time[2]))
local id = redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], '1-*', 'at', at, 'body', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local offset = string.format('%d', tonumber(string.sub(id, 3)) + 1)
local place = epoch .. ' ' .. offset
redis.call('ZADD', KEYS[3], offset, ARGV[7])
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[3])
redis.call('PUBLISH', ARGV[5], place .. ' ' .. at .. ' ' .. ARGV[6])
return place
"""

# KEYS: stream, epoch, names. ARGV: fresh epoch, seconds kept, newest wanted, first offset wanted (0: the newest), most.
READ = """
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[1]
  redis.call('UNLINK', KEYS[1], KEYS[3])
end
redis.call('SET', KEYS[2], epoch, 'EX', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local head = '0'
if last[1] then head = string.format('%d', tonumber(string.sub(last[1][1], 3)) + 1) end
local now = redis.call('TIME')[1]
if ARGV[4] == '0' then return {epoch, head, now, redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[3])} end
return {epoch, head, now, redis.call('XRANGE', KEYS[1], '1-' .. (ARGV[4] - 1), '+', 'COUNT', ARGV[3])}
"""

# An entry of a stream cannot be changed, and one that is missing would be a gap: so the whole is written anew, under
# the ids it had. KEYS: stream. ARGV: words, what is said instead.
REWRITE = """
local rows, found = redis.call('XRANGE', KEYS[1], '-', '+'), false
for _, row in ipairs(rows) do
  if string.find(row[2][4], ARGV[1], 1, true) then
    row[2][4], found = ARGV[2], true
  end
end
if not found then return end
local left = redis.call('PTTL', KEYS[1])
redis.call('UNLINK', KEYS[1])
for _, row in ipairs(rows) do redis.call('XADD', KEYS[1], row[1], unpack(row[2])) end
if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
"""


class RedisBus:
    """`keep` bounds what Redis holds. It connects when it is first needed: a node starts without Redis and says so."""

    def __init__(self, link: Link, keep: Keep) -> None:
        self._link = link
        self._keep = keep
        self._append = link.client.register_script(APPEND)
        self._read = link.client.register_script(READ)
        self._rewrite = link.client.register_script(REWRITE)
        self._followed: dict[str, Receiver] = {}
        self._places: dict[str, Place] = {}
        self._early: dict[str, list[Entry]] = {}
        self._listeners: dict[str, Listener] = {}
        self._lost = self._said_lost = False
        self._subscribing = asyncio.Lock()  # redis-py loses a channel that is left and entered at the same moment
        self._leaving: set[asyncio.Future[None]] = set()
        self._heard_itself = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._listen(), name="redis bus"),
            asyncio.create_task(self._look(), name="redis bus, looking"),
        ]

    @classmethod
    def open(cls, url: str, keep: Keep, *, cluster: bool = False) -> RedisBus:
        return cls(Link(url, cluster=cluster), keep)

    async def publish(self, stream: str, body: bytes) -> Place:
        return (await self._publish(stream, body, secrets.token_hex(12)))[0]

    async def publish_once(self, stream: str, body: bytes, name: str) -> bool:
        return (await self._publish(stream, body, name))[1]

    async def _publish(self, stream: str, body: bytes, name: str) -> tuple[Place, bool]:
        """Where it is, and whether it was not there before this try."""
        fresh, most, seconds = secrets.token_hex(6), self._keep.entries_max, self._seconds
        arguments: list[Any] = [fresh, most, seconds, NAMES_MAX, _channel(stream), body, name]
        tries = 1 if self._lost else PUBLISH_TRIES  # while it is known to be away, a refusal comes at once
        for attempt in range(1, tries + 1):
            try:
                epoch, offset, *again = (await self._append(keys=_keys(stream), args=arguments)).split()
                return Place(epoch.decode(), int(offset)), not again
            except (*FAULTS, *GARBAGE) as error:
                if attempt == tries:
                    self._lost = True
                    raise BusDown from error
                await asyncio.sleep(RETRY_SECONDS)
        raise AssertionError("the loop returns or raises")

    async def read(self, stream: str, after: Place | None, entries_max: int) -> Reading:
        most = min(entries_max, READ_MAX)
        if after is None and most == 0:
            return Reading([], (await self._range(stream, 0, 1))[0], complete=True)
        head, entries, now = await self._range(stream, 0 if after is None else after.offset + 1, max(1, most))
        oldest = now - self._keep.seconds_max
        if after is None:
            return Reading([entry for entry in reversed(entries) if entry.at >= oldest], head, complete=True)
        wanted = head.offset - after.offset
        complete = after.epoch == head.epoch and wanted >= 0 and len(entries) == wanted
        complete = complete and all(entry.at >= oldest for entry in entries)
        return Reading(entries if complete else [], head, complete)

    async def rewrite(self, streams: Collection[str], words: bytes, instead: bytes) -> None:
        """A merchant has tens of thousands of rooms, and a few that were talked in of late."""
        names = list(streams)
        try:
            for at in range(0, len(names), EXIST_MAX):
                asked = self._link.client.pipeline(transaction=False)
                keys = [_keys(stream)[0] for stream in names[at : at + EXIST_MAX]]
                for key in keys:
                    asked.exists(key)
                for key, there in zip(keys, await asked.execute(), strict=True):
                    if there:
                        await self._rewrite(keys=[key], args=[words, instead])
        except (*FAULTS, *GARBAGE) as error:
            self._lost = True
            raise BusDown from error

    async def follow(self, stream: str, receiver: Receiver) -> Place:
        assert stream not in self._followed, "one follower a stream and node"
        self._followed[stream] = receiver
        early = self._early[stream] = []
        try:
            async with self._subscribing:
                await self._link.ear.subscribe(_channel(stream))
            self._places[stream] = (await self._range(stream, 0, 1))[0]
        except (*FAULTS, *GARBAGE) as error:
            self.unfollow(stream)
            raise BusDown from error
        except BaseException:  # also of whoever asks and goes away: he can ask again
            self.unfollow(stream)
            raise
        finally:
            del self._early[stream]
        for entry in early:  # heard before the place was known; told after the caller knows it
            asyncio.get_running_loop().call_soon(self._hand_over, stream, entry)
        return self._places[stream]

    def unfollow(self, stream: str) -> None:
        self._followed.pop(stream, None)
        self._places.pop(stream, None)
        self._leave(_channel(stream), lambda: stream in self._followed)

    async def tell(self, topic: str, body: bytes) -> None:
        try:
            await self._link.client.publish(TOPIC + topic, body)
        except (*FAULTS, *GARBAGE) as error:
            self._lost = True
            raise BusDown from error

    async def listen(self, topic: str, listener: Listener) -> None:
        assert topic not in self._listeners, "one listener a topic and node"
        self._listeners[topic] = listener
        try:
            async with self._subscribing:
                await self._link.ear.subscribe(TOPIC + topic)
        except FAULTS:
            self._lost = True  # `_read_on` subscribes when Redis is back

    def unlisten(self, topic: str) -> None:
        self._listeners.pop(topic, None)
        self._leave(TOPIC + topic, lambda: topic in self._listeners)

    @property
    def is_down(self) -> bool:
        return self._lost

    def _leave(self, channel: str, came_back: Callable[[], bool]) -> None:
        task = asyncio.ensure_future(self._unsubscribe(channel, came_back))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        await end([*self._tasks, *self._leaving])
        with contextlib.suppress(*FAULTS):
            await self._link.close()

    @property
    def _seconds(self) -> int:
        """How long Redis keeps a stream that nobody touches."""
        return int(self._keep.seconds_max + self._keep.idle_seconds_max) + 1

    async def _unsubscribe(self, channel: str, came_back: Callable[[], bool]) -> None:
        with contextlib.suppress(*FAULTS):
            async with self._subscribing:
                if not came_back():
                    await self._link.ear.unsubscribe(channel)

    async def _range(self, stream: str, first: int, most: int) -> tuple[Place, list[Entry], float]:
        """The head, entries from an offset on or with 0 the newest, newest first, and the time. Raises `BusDown`."""
        arguments: list[Any] = [secrets.token_hex(6), self._seconds, most, first]
        try:
            epoch, head, now, rows = await self._read(keys=_keys(stream), args=arguments)
            name = epoch.decode()
            return Place(name, int(head)), [_entry(name, row) for row in rows], float(now)
        except (*FAULTS, *GARBAGE) as error:
            self._lost = True
            raise BusDown from error

    async def _listen(self) -> None:
        """Hears of entries, for ever; a lost connection is made again and what was missed is read."""
        while True:
            try:
                if self._lost:
                    await self._read_on()
                    self._lost = self._said_lost = False
                await self._hear()
            except (*FAULTS, *GARBAGE, BusDown) as error:
                if not self._said_lost:
                    log.warning("Redis is lost: %s", error)
                self._lost = self._said_lost = True
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self) -> None:
        if not self._link.ear.subscribed:
            await asyncio.sleep(RETRY_SECONDS)
            return
        message = await self._link.ear.get_message(timeout=RETRY_SECONDS)
        if message is not None and message["type"] == "message":
            self._heard(message["channel"].decode(), message["data"])

    def _heard(self, channel: str, data: bytes) -> None:
        """What is not of our making is passed over: a gap that it leaves shows in the offsets."""
        try:
            if channel.startswith(TOPIC):
                listener = self._listeners.get(channel.removeprefix(TOPIC))
                if listener is not None:
                    listener(data)
                return
            epoch, offset, at, body = data.split(b" ", 3)
            entry = Entry(epoch.decode(), int(offset), float(at), body)
        except ValueError:
            log.warning("Redis said something on %s that is none of ours", channel)
            return
        self._hand_over(channel.removeprefix(CHANNEL), entry)

    async def _read_on(self) -> None:
        """Every followed stream from where it was; where that is gone, its newest entry says so to the members."""
        async with self._subscribing:
            channels = [*map(_channel, self._followed), *(TOPIC + topic for topic in self._listeners)]
            await self._link.listen_again(channels)
            known = self._link.ear.channels
            if missing := [channel for channel in channels if channel.encode() not in known]:
                await self._link.ear.subscribe(*missing)
        await self._catch_up()
        log.info("Redis is back")

    async def _catch_up(self) -> None:
        for stream, place in list(self._places.items()):
            head, entries, _ = await self._range(stream, place.offset + 1, READ_MAX)
            if head.epoch != place.epoch or len(entries) != head.offset - place.offset:
                entries = (await self._range(stream, 0, 1))[1]
            for entry in entries:
                self._hand_over(stream, entry)

    async def _look(self) -> None:
        """For ever: whether this node hears itself, since a dead line may say nothing; in a cluster, whether more was
        said than heard."""
        pulse = f"pulse:{secrets.token_hex(8)}"
        await self.listen(pulse, lambda _: self._heard_itself.set())
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._heard_itself.clear()
            try:
                if self._link.is_cluster:
                    await self._catch_up()
                await self.tell(pulse, b"")
                async with asyncio.timeout(PULSE_SECONDS_MAX):
                    await self._heard_itself.wait()
            except (BusDown, TimeoutError):
                self._lost = True

    def _hand_over(self, stream: str, entry: Entry) -> None:
        receiver = self._followed.get(stream)
        if receiver is None:
            return
        if stream in self._early:
            self._early[stream].append(entry)
            return
        known = self._places[stream]
        if known.epoch == entry.epoch and entry.offset <= known.offset:
            return
        self._places[stream] = Place(entry.epoch, entry.offset)
        receiver(entry)


CHANNEL = "fenbo:"
TOPIC = "fenbo-now:"


def _keys(stream: str) -> list[str]:
    return [f"fenbo:{{{stream}}}:{part}" for part in ("log", "epoch", "names")]


def _channel(stream: str) -> str:
    return CHANNEL + stream


def _entry(epoch: str, row: Any) -> Entry:
    """A row of XRANGE: the id, then names and values in turn."""
    name, (_, at, _, body) = row
    return Entry(epoch, int(name.decode().partition("-")[2]) + 1, float(at), body)
