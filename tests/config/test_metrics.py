from prometheus_client import CollectorRegistry, generate_latest

from config.metrics import Metrics

PER_PERSON = {"room", "viewer", "show", "broadcast", "member", "order", "sku", "address", "merchant", "channel"}


def families(metrics: Metrics) -> dict[str, set[str]]:
    return {m._name: set(m._labelnames) for m in vars(metrics).values() if hasattr(m, "_labelnames")}


def test_nothing_that_grows_with_the_audience_is_a_label():
    assert not {name: labels for name, labels in families(Metrics(CollectorRegistry())).items() if labels & PER_PERSON}


def test_every_metric_is_ours_by_name_says_what_it_is_and_is_exposed():
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    text = generate_latest(registry).decode()
    for name in families(metrics):
        assert name.startswith("fenbo_")
        help_text = next(line for line in text.splitlines() if line.startswith(f"# HELP {name}"))
        assert len(help_text.split(" ", 3)[3]) > 8


def test_two_nodes_in_one_process_count_for_themselves():
    first, second = Metrics(CollectorRegistry()), Metrics(CollectorRegistry())
    first.hls_parts.inc()
    assert second.registry.get_sample_value("fenbo_hls_parts_total") == 0
