"""Debian's Prometheus scrapes a running server with our configuration and evaluates our rules."""

import json
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(120, func_only=True)  # the demo's start is not the test's
DEPLOY = Path(__file__).parent.parent.parent / "config/deploy"


class Prometheus:
    """Its HTTP API."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1"

    def get(self, path: str, **query: str) -> Any:
        """What stands under `data`; None while it is not up."""
        try:
            with urllib.request.urlopen(f"{self._api}/{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def value(self, expression: str) -> float | None:
        found = (self.get("query", query=expression) or {}).get("result")
        return float(found[0]["value"][1]) if found else None

    def rules(self) -> list[dict[str, Any]]:
        groups = (self.get("rules") or {}).get("groups", [])
        return [rule for group in groups for rule in group["rules"]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def show(start_server):
    """The demo with its broadcast on."""
    demo = start_server("demo")
    yield demo
    demo.stop()


@pytest.fixture
def prometheus(show, tmp_path) -> Iterator[Prometheus]:
    """Our files as they are, but for the target's address and the pace."""
    shutil.copy(DEPLOY / "alerts.yml", tmp_path)
    target = urllib.parse.urlsplit(show.addresses["metrics"])
    text = (DEPLOY / "prometheus.yml").read_text("utf-8")
    text = text.replace("fenbo:8080", target.netloc).replace("15s", "1s")
    (tmp_path / "prometheus.yml").write_text(text, "utf-8")
    port = free_port()
    command = ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    yield Prometheus(port)
    process.terminate()
    process.wait(10)


def test_it_scrapes_the_server_and_evaluates_every_rule(show, prometheus, wait_until):
    def all_evaluated() -> list[dict[str, Any]]:
        rules = prometheus.rules()
        return rules if rules and all(rule["health"] != "unknown" for rule in rules) else []

    wait_until(lambda: prometheus.value('up{job="fenbo"}') == 1, "a scrape that worked")
    wait_until(lambda: prometheus.value("fenbo_broadcasts") == 1, "the demo's broadcast in the metrics")
    rules = wait_until(all_evaluated, "all rules evaluated")
    assert len(rules) == (DEPLOY / "alerts.yml").read_text("utf-8").count("alert:")
    assert [rule for rule in rules if rule["health"] != "ok"] == []
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []
    assert wait_until(lambda: prometheus.value("sum(rate(fenbo_media_packets_total[5s]))"), "packets counted") > 0
