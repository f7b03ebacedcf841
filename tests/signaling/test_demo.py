import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from signaling import demo
from signaling.demo import all_addresses
from signaling.demo_goods import Furnished, Room

TOP = {"pid", "http", "rtmp", "whip", "stream_key", "backup_stream_key", "metrics", "hq", "rooms"}

pytestmark = pytest.mark.timeout(120)  # three processes start: seconds, and many when others work beside


def test_the_addresses_are_those_of_the_design():
    north = {"room": "north", "channel": "North", "url": "https://h:8080/r/north"}
    house = {"room": "hq", "channel": "Headquarters", "url": "https://h:8080/r/hq"}
    listening = {"pid": 1, "http": "https://h:8080", "rtmp": "rtmp://h/live", "whip": "w", "metrics": "m"}
    listening |= {"hq": {"url": "https://h:8080/hq"}, "rooms": [house, north]}
    keys = {"primary": "p" * 40, "backup": "b" * 40}
    made = (Room("north", "North", "n0rth"), Room("hq", "Headquarters", "h0use"))
    found = all_addresses(listening, Furnished(1, "show", made, (), "hq", "secret", keys))
    assert set(found) == TOP
    assert (found["stream_key"], found["backup_stream_key"]) == (keys["primary"], keys["backup"])
    assert found["hq"] == {"url": "https://h:8080/hq", "user": "hq", "password": "secret"}
    assert found["rooms"] == [
        north | {"link": "https://h:8080/s/n0rth"},
        house | {"link": "https://h:8080/s/h0use"},
    ]


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_it_runs_beside_whoever_has_its_port_and_cleans_up(start_server, taken_port, tmp_path):
    demo = start_server("demo", "--no-publisher", FENBO_HTTP__PORT=str(taken_port), TMPDIR=str(tmp_path))
    assert f"Port {taken_port} (http) is taken" in demo.log
    assert set(demo.addresses) >= TOP
    assert [room["room"] for room in demo.addresses["rooms"]] == ["north", "harbour", "garden", "hq"]
    ways = {"room", "channel", "url", "link", "whep", "hls", "ws"}
    assert all(set(room) == ways for room in demo.addresses["rooms"])
    assert f":{taken_port}" not in demo.http
    assert b"North Peak" in demo.get("/r/north")
    assert f"{demo.addresses['rtmp']}/{demo.addresses['stream_key']}" in demo.log
    assert list(tmp_path.glob("fenbo-demo-*/data/*"))
    assert demo.stop() == 0
    assert not list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(demo.pid, 0)


def test_it_ends_with_the_server(start_server, wait_until):
    demo = start_server("demo", "--no-publisher")
    os.kill(demo.pid, signal.SIGKILL)
    wait_until(lambda: not demo.running, "the end of the demo")
    assert demo.stop() == 1
    assert "The server ended by itself (status -9)" in demo.log


def encoders(demo) -> list[psutil.Process]:
    """The running encoders of that demo, which is the parent of its server."""
    family = psutil.Process(demo.pid).parent().children()
    return [child for child in family if child.is_running() and "signaling.demo_media" in child.cmdline()]


def test_an_encoder_that_dies_is_started_again(start_server, wait_until):
    demo = start_server("demo")
    (first,) = wait_until(lambda: encoders(demo), "the encoder")
    first.kill()
    wait_until(lambda: "The encoder ended by itself (status -9)" in demo.log, "the news of its death")
    (second,) = wait_until(lambda: encoders(demo), "another encoder")
    assert second.pid != first.pid
    assert demo.stop() == 0
    assert not second.is_running()


async def test_an_encoder_that_always_dies_ends_the_demo(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "ENCODER_PAUSE_SECONDS", 0)
    monkeypatch.setattr(demo, "ENCODER_STARTS_MAX", 2)
    monkeypatch.setattr(sys, "executable", "false")
    said = io.StringIO()
    options = [f"--{name}.port=0" for name in demo.PORTS]
    publishing = demo.Demo(tmp_path, options, Console(file=said, width=200), publishes=True)._publish("rtmp://h/live/k")
    with pytest.raises(demo.DemoFailed, match="The encoder ended 2 times"):
        await publishing
    assert said.getvalue().count("The encoder ended by itself (status 1)") == 2


def test_an_option_that_does_not_exist_stops_it(tmp_path: Path):
    command = [sys.executable, "-m", "signaling", "demo", "--http.prot", "1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "http.prot" in done.stdout
    assert not list(tmp_path.iterdir())
