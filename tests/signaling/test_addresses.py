import json
import os

import pytest

from signaling import addresses


async def test_everything_that_exists_is_there(shop):
    found = await addresses.of(shop.node)
    http = shop.node.urls.http
    assert found["pid"] == os.getpid()
    assert (found["http"], found["rtmp"]) == (http, shop.node.urls.rtmp)
    assert found["webrtc"] == f"127.0.0.1:{shop.node.ports.webrtc}"
    assert [room["room"] for room in found["rooms"]] == ["hq", "north", "south"]
    assert found["rooms"][1] == {
        "room": "north",
        "channel": "North",
        "url": f"{http}/r/north",
        "whep": f"{http}/r/north/whep",
        "hls": f"{http}/r/north/live.m3u8",
        "ws": f"ws{http.removeprefix('http')}/r/north/ws",
    }


@pytest.mark.parametrize(
    ("host", "in_front_of_a_port"),
    [
        ("live.example", "live.example"),
        ("10.0.0.1", "10.0.0.1"),
        ("fd00::1", "[fd00::1]"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
    ],
)
def test_hosts_in_front_of_a_port(host, in_front_of_a_port):
    assert addresses.reached(host) == in_front_of_a_port


def test_the_file_is_written_at_once(tmp_path):
    path = tmp_path / "addresses.json"
    path.write_text("{}")
    addresses.write(path, {"channel": "茶馆"})
    assert json.loads(path.read_text("utf-8")) == {"channel": "茶馆"}
    assert [each.name for each in tmp_path.iterdir()] == ["addresses.json"]


def test_the_file_is_for_its_owner_alone(tmp_path):
    path, left_behind = tmp_path / "addresses.json", tmp_path / "addresses.json.new"
    for readable in (path, left_behind):
        readable.touch(0o644)
    addresses.write(path, {"stream_key": "secret"})
    assert path.stat().st_mode & 0o777 == 0o600
