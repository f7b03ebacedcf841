"""`fenbo doctor` on a port that is free, on one that is taken, and with hosts that lead nowhere."""

import asyncio
import socket
from typing import Any

import pytest

from config.settings import WebrtcSettings
from signaling import doctor
from signaling.cli import run


async def test_a_free_port_and_the_path_in_use():
    report = await doctor.examine(WebrtcSettings(host="127.0.0.1", port=0, fanout="python"))
    assert report.healthy
    assert report.lines[0].startswith("fan-out: python, ")
    assert [line.rpartition(": ")[2] for line in report.lines[1:]] == ["answers", "answers"]


async def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        report = await doctor.examine(WebrtcSettings(host="127.0.0.1", port=taken.getsockname()[1]))
    assert not report.healthy
    assert "in use" in report.lines[0]


@pytest.mark.parametrize("host", ["nowhere.invalid", "127.0.0.1:port"])
async def test_hosts_that_cannot_be(host: str):
    report = await doctor.examine(WebrtcSettings(host="127.0.0.1", port=0, advertised_hosts=(host,)))
    assert not report.healthy
    assert "advertised_hosts" in report.lines[0]


def test_the_command(capsys: pytest.CaptureFixture[str]):
    assert run(["doctor", "--webrtc.host=127.0.0.1", "--webrtc.port=0"]) == 0
    assert "fan-out: " in capsys.readouterr().out
    closed = '--webrtc.advertised_hosts=["127.0.0.1:1"]'
    assert run(["doctor", "--webrtc.host=127.0.0.1", "--webrtc.port=0", closed]) == 1
    assert "Connection refused" in capsys.readouterr().out


async def test_a_node_says_at_its_start_what_cannot_be_reached(open_shop: Any, caplog: pytest.LogCaptureFixture):
    await open_shop('--webrtc.advertised_hosts=["127.0.0.1:1"]')
    async with asyncio.timeout(30):
        while "Connection refused" not in caplog.text:  # noqa: ASYNC110  # a log line is awaited
            await asyncio.sleep(0.01)
    assert "candidate udp 127.0.0.1:1 (this machine only): Connection refused" in caplog.text
