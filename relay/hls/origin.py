"""The packaged broadcasts of a node."""

from __future__ import annotations

import asyncio
import logging
import time

from config.metrics import Metrics
from config.settings import HlsSettings
from relay.hls.output import Clock, Output
from relay.hls.playlist import MULTIVARIANT
from relay.hls.recording import Recordings
from relay.hls.slices import Targets
from relay.hub import Broadcast
from relay.ladder import Ladders

log = logging.getLogger(__name__)

ENDED_SECONDS_MAX = 300.0  # how long the last minutes of a show stay fetchable after its end


class Origin:
    """All packaged broadcasts of this node. `clock` is the `time` module; with `recordings` each is recorded."""

    def __init__(
        self,
        settings: HlsSettings,
        metrics: Metrics,
        clock: Clock = time,
        recordings: Recordings | None = None,
        *,
        ladders: Ladders | None = None,
        idle_seconds: float = 15.0,
    ) -> None:
        """A rung of `ladders` that nobody has asked for `idle_seconds` is not encoded any more."""
        self.recordings = recordings
        self.targets = Targets(settings.part_ms_target, settings.segment_ms_target)
        self.metrics = metrics
        self._settings, self._clock = settings, clock
        self._ladders, self._idle_seconds = ladders or Ladders(), idle_seconds
        self._outputs: dict[str, Output] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        metrics.hls_waiting.set_function(lambda: sum(output.held for output in self._outputs.values()))

    def open(self, broadcast: Broadcast) -> None:
        """Package a broadcast from now on; harmless when it already is.

        It stays fetchable for a while after its end, until it is closed or another one of its name is opened.
        """
        known = self._outputs.get(broadcast.name)
        if known is not None and known.broadcast is broadcast and not known.window.ended:
            return
        self._stop(broadcast.name)
        recorder = None if self.recordings is None else self.recordings.recorder(broadcast.name, broadcast.epoch)
        on_whole = None if recorder is None else recorder.add
        ladder, idle = self._ladders.of(broadcast), self._idle_seconds
        output = Output(
            broadcast, self._settings, self.metrics, self._clock, on_whole, ladder=ladder, idle_seconds=idle
        )
        self._outputs[broadcast.name] = output
        task = asyncio.create_task(self._run(output, broadcast), name=f"hls {broadcast.name}")
        self._tasks[broadcast.name] = task
        if recorder is not None:
            task.add_done_callback(lambda _: recorder.close())

    async def close(self, name: str) -> None:
        """Forget a broadcast; unknown names are no error."""
        self._stop(name)

    async def close_all(self) -> None:
        """The node goes down: those who wait are answered now."""
        for name in list(self._outputs):
            self._stop(name)
        if self.recordings is not None:
            await asyncio.to_thread(self.recordings.close)

    def find(self, name: str, epoch: str) -> Output | None:
        output = self._outputs.get(name)
        return output if output is not None and output.broadcast.epoch == epoch else None

    def url(self, name: str) -> str | None:
        """Where a broadcast plays; none until its first part exists."""
        output = self._outputs.get(name)
        if output is None or output.state is None:
            return None
        return f"/live/{name}/{output.broadcast.epoch}/{MULTIVARIANT}"

    async def _run(self, output: Output, broadcast: Broadcast) -> None:
        subscription = broadcast.hls_rung().subscribe("hls")
        try:
            await output.run(subscription)
            await asyncio.sleep(ENDED_SECONDS_MAX)
        except Exception:
            log.exception("packaging of broadcast %s broke off; its next source starts it again", broadcast.name)
            output.waiting.refuse()
        finally:
            subscription.close()
            after = self._outputs.get(broadcast.name)
            if after is None or after is output or after.broadcast is not broadcast:
                self._ladders.forget(broadcast)
        self._outputs.pop(broadcast.name, None)
        self._tasks.pop(broadcast.name, None)

    def _stop(self, name: str) -> None:
        output = self._outputs.pop(name, None)
        if output is not None:
            output.leave()
            self._tasks.pop(name).cancel()
