"""What is handed to Prometheus, Grafana and Docker speaks of what exists. The live scrape is in tests/e2e."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from config.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "config/deploy"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
GIVEN_LABELS = {"instance", "job", "le"}


def exposed() -> dict[str, set[str]]:
    """Every series name that /metrics can have, and its labels."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    labels = {m._name: set(m._labelnames) for m in vars(metrics).values() if hasattr(m, "_labelnames")}
    return {
        family.name + suffix: labels[family.name] for family in registry.collect() for suffix in SUFFIXES[family.type]
    }


def rule_expressions() -> list[str]:
    text = (DEPLOY / "alerts.yml").read_text("utf-8")
    return re.findall(r"expr:(?: >-)?\s*(.+?)\n +(?:for|labels):", text, re.DOTALL)


def dashboard_expressions() -> list[str]:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("expression", rule_expressions() + dashboard_expressions())
def test_rules_and_panels_use_metrics_and_labels_that_exist(expression):
    series = exposed()
    names = set(re.findall(r"\b(?:fenbo_\w+|up)\b", expression))
    assert names <= set(series) | {"up"}
    known = GIVEN_LABELS.union(*(series.get(name, set()) for name in names))
    used = set(re.findall(r"[{,]\s*(\w+)\s*(?:=|!)", expression))
    used |= {label for group in re.findall(r"by \(([^)]*)\)", expression) for label in re.split(r",\s*", group)}
    assert used <= known


def test_there_is_a_rule_for_each_name_in_the_rule_tests():
    rules = re.findall(r"alert: (\w+)", (DEPLOY / "alerts.yml").read_text("utf-8"))
    tested = re.findall(r"alertname: (\w+)", (ROOT / "tests/config/alerts_test.yml").read_text("utf-8"))
    assert rules
    assert set(tested) <= set(rules)
    assert len(rule_expressions()) == len(rules)


@pytest.mark.parametrize(
    "command",
    [
        ["check", "config", DEPLOY / "prometheus.yml"],
        ["check", "rules", DEPLOY / "alerts.yml"],
        ["test", "rules", ROOT / "tests/config/alerts_test.yml"],
    ],
    ids=lambda command: " ".join(map(str, command[:2])),
)
def test_promtool_agrees(command):
    done = subprocess.run(["promtool", *command], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_made_of_what_exists_and_runs_without_root():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert sources
    assert not [source for source in sources if not (ROOT / source).exists()]
    assert dockerfile.rindex("USER fenbo") > dockerfile.rindex("FROM ")
    assert all(re.search(r":\d+", image) for image in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))


@pytest.mark.parametrize("name", ["Dockerfile", "config/deploy/compose.yaml"])
def test_containers_open_the_ports_of_the_settings(name):
    text = (ROOT / name).read_text("utf-8")
    settings = Settings()
    for port in (settings.http.port, settings.rtmp.port, settings.webrtc.port):
        assert re.search(rf"\b{port}\b", text)
    assert f"{settings.webrtc.port}/udp" in text


def test_compose_sets_options_that_exist():
    names = re.findall(r"^ +(FENBO_\w+):", (DEPLOY / "compose.yaml").read_text("utf-8"), re.MULTILINE)
    assert names
    for name in names:
        section, _, option = name.removeprefix("FENBO_").lower().partition("__")
        assert option in type(getattr(Settings(), section)).model_fields
