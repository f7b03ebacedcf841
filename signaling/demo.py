"""`fenbo demo`: a server in a temporary directory, a furnished shop, a broadcast that is on, until Ctrl-C.

Three processes, so that each can be looked at on its own: this one, `fenbo serve`, and the encoder (demo_media).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from config.load import ConfigError, load
from config.settings import Settings
from signaling.addresses import write
from signaling.demo_goods import Furnished, furnish
from signaling.demo_panel import panel

SERVER = "signaling"  # the module that the demo runs as its server
PORTS = ("http", "rtmp", "webrtc")
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0
POLL_SECONDS = 0.02
ENCODER_STARTS_MAX = 10  # whoever ends so often will not get better
ENCODER_PAUSE_SECONDS = 1.0  # before the next start
QUIET = {"FENBO_LOG__LEVEL": "WARNING"}  # the panel is what is to be read
CODES = {"FENBO_SMS__GATEWAY": "console"}  # and the codes for logging in as a buyer

Addresses = dict[str, Any]


class DemoFailed(Exception):
    """The demo cannot go on; the message is for people."""


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 after Ctrl-C, 1 when something failed, 2 for bad options."""
    parser = argparse.ArgumentParser(prog="fenbo demo", description="A live show on this machine, until Ctrl-C.")
    parser.add_argument("--addresses", type=Path, metavar="FILE", help="write all addresses there, as JSON")
    parser.add_argument("--no-publisher", action="store_true", help="leave the publishing to you")
    chosen, options = parser.parse_known_args(arguments)
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="fenbo-demo-") as folder:
            demo = Demo(Path(folder), options, console, publishes=not chosen.no_publisher)
            return asyncio.run(demo.run(chosen.addresses))
    except ConfigError as error:
        console.print(str(error), style="red")
        return 2
    except DemoFailed as error:
        console.print(str(error), style="red")
        return 1


class Demo:
    """One run. `options` go to the server (`--http.port 9000`)."""

    def __init__(self, folder: Path, options: Sequence[str], console: Console, *, publishes: bool) -> None:
        self._folder = folder
        self._console = console
        self._publishes = publishes
        self._environment = QUIET | CODES | dict(os.environ)
        asked = load(None, self._environment, options)
        self._options = [*options, *self._free_ports(asked), "--data_dir", str(folder / "data")]

    def _free_ports(self, settings: Settings) -> list[str]:
        """The usual ports; where somebody else listens, any free one instead - and it is said."""
        options: list[str] = []
        for name in PORTS:
            section = getattr(settings, name)
            if not _is_free(section.host, section.port):
                self._console.print(f"Port {section.port} ({name}) is taken; using a free one.", style="yellow")
                options += [f"--{name}.port", "0"]
        return options

    async def run(self, addresses_file: Path | None) -> int:
        """Until Ctrl-C or SIGTERM (0), or until the server ends by itself (DemoFailed)."""
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        furnished = await furnish(load(None, self._environment, self._options))
        async with AsyncExitStack() as stack:
            server, listening = await stack.enter_async_context(self._server())
            addresses = all_addresses(listening, furnished)
            watched = [asyncio.create_task(_ended(server))]
            if self._publishes:
                url = f"{addresses['rtmp']}/{addresses['stream_key']}"
                watched.append(asyncio.create_task(self._publish(url)))
            stack.push_async_callback(_cancel, watched)
            if addresses_file is not None:
                await asyncio.to_thread(write, addresses_file, addresses)
            self._console.print(panel(addresses, publishes=self._publishes))
            await _until(stopped, watched)
        return 0

    async def _publish(self, url: str) -> None:
        """Keeps the encoder running; its death is said. Raises DemoFailed when it dies too often."""
        command = [sys.executable, "-m", "signaling.demo_media"]
        for left in reversed(range(ENCODER_STARTS_MAX)):
            async with _process(command, dict(os.environ), stdin=asyncio.subprocess.PIPE) as encoder:
                assert encoder.stdin is not None
                with contextlib.suppress(ConnectionError):  # it is dead already, which comes next
                    encoder.stdin.write(f"{url}\n".encode())
                    await encoder.stdin.drain()
                status = await encoder.wait()
            self._console.print(f"The encoder ended by itself (status {status}); starts left: {left}.", style="yellow")
            await asyncio.sleep(ENCODER_PAUSE_SECONDS)
        raise DemoFailed(f"The encoder ended {ENCODER_STARTS_MAX} times (status {status}).")

    @asynccontextmanager
    async def _server(self) -> AsyncIterator[tuple[asyncio.subprocess.Process, Addresses]]:
        """`fenbo serve`, listening; and where."""
        file = self._folder / "addresses.json"
        command = [sys.executable, "-m", SERVER, "serve", "--addresses", str(file), *self._options]
        async with _process(command, self._environment) as process:
            async with asyncio.timeout(START_SECONDS_MAX):
                while (listening := await asyncio.to_thread(_read, file)) is None:
                    if process.returncode is not None:
                        raise DemoFailed(f"The server did not start (status {process.returncode}).")
                    await asyncio.sleep(POLL_SECONDS)
            yield process, listening


def all_addresses(listening: Addresses, furnished: Furnished) -> Addresses:
    """The addresses file of DESIGN section 7: what the server said, with the secrets that only the demo knows."""
    rooms = {room["room"]: room for room in listening["rooms"]}
    return {
        **listening,
        "stream_key": furnished.stream_keys["primary"],
        "backup_stream_key": furnished.stream_keys["backup"],
        "hq": {**listening["hq"], "user": furnished.user, "password": furnished.password},
        "rooms": [{**rooms[room.room], "link": f"{listening['http']}/s/{room.link_code}"} for room in furnished.rooms],
    }


async def _until(stopped: asyncio.Event, watched: list[asyncio.Task[None]]) -> None:
    """Raises what the first of the watched says that ends unasked."""
    asked = asyncio.create_task(stopped.wait())
    await asyncio.wait({*watched, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not stopped.is_set():
        for task in watched:
            if task.done():
                task.result()


async def _ended(server: asyncio.subprocess.Process) -> None:
    raise DemoFailed(f"The server ended by itself (status {await server.wait()}).")


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _process(
    command: Sequence[str], environment: dict[str, str], stdin: int = asyncio.subprocess.DEVNULL
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child in a session of its own: Ctrl-C comes to this process alone, which ends the others in their order."""
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=stdin, start_new_session=True)
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _is_free(host: str, port: int) -> bool:
    if port == 0:
        return True
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _read(file: Path) -> Addresses | None:
    return json.loads(file.read_text("utf-8")) if file.exists() else None
