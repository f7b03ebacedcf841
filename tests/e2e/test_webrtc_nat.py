"""A published port, as Docker makes it: three network namespaces, DNAT, and Chromium on the far side.

    viewer 10.77.1.2 --- 10.77.1.1 router 10.77.2.1 --- 10.77.2.2 server

The server knows only its inner address; `webrtc.advertised_hosts` names the router's, with the published port.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
SCRIPT = Path(__file__).parent / "webrtc.js"
ROUTER, SERVER = "10.77.1.1", "10.77.2.2"
HTTP, WEBRTC = 8080, 8189
PUBLISHED_HTTP, PUBLISHED_WEBRTC = 18080, 18189

START_SECONDS_MAX = 100.0

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces and DNAT need root"),
    pytest.mark.timeout(120),  # it starts a whole demo of its own
]


class Net:
    """The namespaces. Everything in them goes with them."""

    def __init__(self) -> None:
        self.viewer, self.router, self.server = (f"fenbo-{name}-{os.getpid()}" for name in ("v", "r", "s"))

    def run(self, command: str, within: str = "") -> None:
        subprocess.run([*self.inside(within), *command.split()], check=True, capture_output=True, timeout=10)

    def inside(self, namespace: str) -> list[str]:
        return ["ip", "netns", "exec", namespace] if namespace else []

    def open(self) -> None:
        for namespace in (self.viewer, self.router, self.server):
            self.run(f"ip netns add {namespace}")
            self.run("ip link set lo up", namespace)
        for far, name, subnet in ((self.viewer, "veth0", 1), (self.server, "veth1", 2)):
            self.run(f"ip -n {self.router} link add {name} type veth peer name eth0 netns {far}")
            self.run(f"ip addr add 10.77.{subnet}.1/24 dev {name}", self.router)
            self.run(f"ip link set {name} up", self.router)
            self.run(f"ip addr add 10.77.{subnet}.2/24 dev eth0", far)
            self.run("ip link set eth0 up", far)
        self.run("ip route add default via 10.77.2.1", self.server)
        self.run("sysctl -qw net.ipv4.ip_forward=1", self.router)
        for protocol, published, port in (
            ("tcp", PUBLISHED_HTTP, HTTP),
            ("tcp", PUBLISHED_WEBRTC, WEBRTC),
            ("udp", PUBLISHED_WEBRTC, WEBRTC),
        ):
            self.run(
                f"iptables -t nat -A PREROUTING -d {ROUTER} -p {protocol} --dport {published}"
                f" -j DNAT --to-destination {SERVER}:{port}",
                self.router,
            )
        # As Docker does, so that the server reaches its own published port.
        self.run(f"iptables -t nat -A POSTROUTING -s {SERVER} -d {SERVER} -j MASQUERADE", self.router)
        self.run("sysctl -qw net.ipv4.conf.all.route_localnet=1", self.router)

    def close(self) -> None:
        for namespace in (self.viewer, self.router, self.server):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True, timeout=10)


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    made = Net()
    try:
        made.open()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def server(net: Net, tmp_path_factory: pytest.TempPathFactory, wait_until: Callable[..., Any]) -> Iterator[Any]:
    """The demo's addresses, served from behind the router."""
    folder = tmp_path_factory.mktemp("nat")
    file, log = folder / "addresses.json", folder / "log"
    options = {
        "HTTP__HOST": "0.0.0.0",
        "HTTP__PORT": str(HTTP),
        "WEBRTC__PORT": str(WEBRTC),
        "WEBRTC__ADVERTISED_HOSTS": json.dumps([f"{ROUTER}:{PUBLISHED_WEBRTC}"]),
        "LOG__LEVEL": "INFO",
    }
    environment = {**os.environ, **{f"FENBO_{name}": value for name, value in options.items()}}
    command = [*net.inside(net.server), sys.executable, "-m", "signaling", "demo", "--addresses", str(file)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=written, stderr=written)
    try:
        wait_until(lambda: file.exists() or process.poll() is not None, "the addresses file", START_SECONDS_MAX)
        assert file.exists(), log.read_text("utf-8")[-4000:]
        yield json.loads(file.read_text("utf-8")), log
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


@pytest.fixture
async def page(net: Net, server: Any, tmp_path: Path) -> Any:
    """A page of Chromium in the viewer's namespace, of the server's origin as it is seen from there."""
    browser = tmp_path / "chromium"
    browser.write_text(f'#!/bin/sh\nexec {" ".join(net.inside(net.viewer))} {CHROMIUM} "$@"\n')
    browser.chmod(0o755)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=str(browser), args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        page = await chromium.new_page()
        await page.goto(f"http://{ROUTER}:{PUBLISHED_HTTP}/healthz")
        await page.evaluate(SCRIPT.read_text("utf-8"))
        yield page
        await chromium.close()


async def watched(page: Page, addresses: Any) -> dict[str, Any]:
    room = addresses["rooms"][0]["room"]
    url = f"http://{ROUTER}:{PUBLISHED_HTTP}/r/{room}/whep"
    assert (await page.evaluate("url => rtc.play(url)", url))["status"] == 201
    await page.evaluate("rtc.reached('video', 'frames', 30)")
    found: dict[str, Any] = await page.evaluate("rtc.stats()")
    return found


async def test_one_published_port_is_enough(page: Page, server: Any):
    found = await watched(page, server[0])
    assert (found["state"], found["protocol"], found["remotePort"]) == ("connected", "udp", PUBLISHED_WEBRTC)


async def test_and_with_udp_blocked_its_tcp_is(net: Net, page: Page, server: Any):
    net.run("iptables -A FORWARD -p udp -j DROP", net.router)
    try:
        found = await watched(page, server[0])
        assert (found["state"], found["protocol"], found["remotePort"]) == ("connected", "tcp", PUBLISHED_WEBRTC)
    finally:
        net.run("iptables -D FORWARD -p udp -j DROP", net.router)
