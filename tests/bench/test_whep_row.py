import json
from dataclasses import replace

import pytest

from bench import whep_row
from bench.whep_row import OURS, Joins, Row, best, markdown


def row(server, viewers, cost, **more):
    return Row(server, "v1", "as it comes", viewers, 0, cost, 0.5, 300.0, 0, **more)


def test_the_cheaper_of_two_rounds_counts():
    rounds = [row(OURS, 200, 2.0), row(OURS, 200, 1.5), row(OURS, 500, 3.0), row("Pion", 200, 9.0)]
    assert [(one.server, one.viewers, one.us_per_packet) for one in best(rounds)] == [
        (OURS, 200, 1.5),
        (OURS, 500, 3.0),
        ("Pion", 200, 9.0),
    ]


def test_who_does_not_keep_up_has_no_figure():
    slow = replace(row("Pion", 200, 4.0), packets_per_viewer_s=120.0)
    full = replace(row("Janus", 190, 4.0), failed=10)
    assert [one.keeps_up for one in (slow, full)] == [False, False]
    assert best([slow, row("Pion", 200, 9.0)]) == [row("Pion", 200, 9.0)]
    assert whep_row.ratios([slow, row(OURS, 200, 2.0)]) == {(OURS, 200): 1.0}
    assert [line[2] for line in whep_row.cells([slow, full])] == ["does not keep up"] * 2


def test_a_kept_run_is_a_table_with_versions_and_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(whep_row, "RESULTS", tmp_path / "webrtc" / "whep.json")
    rows = [row(OURS, 200, 1.5, forward_ms_p99=4.04), row("Pion", 200, 9.0, join_cpu_ms=3.7)]
    joins = [Joins(OURS, 299.6, 0, 100, 0, 41.2, 40.1, 2.04, 90.0, 0.0)]
    machine = {"cores": 2, "cpu": "EPYC", "kernel": "6", "commit": "abc"}
    whep_row.save(rows, joins, machine, "python -m bench.whep")
    assert whep_row.kept() == (rows, joins)
    text = markdown(whep_row.RESULTS)
    assert "| Fenbo, compiled | 200 | 1.50 | 1.0 | 0.50 | 300 | 0 |  |  |  | 4.0 | 0.0% |" in text
    assert "| Pion | 200 | 9.00 | 6.0 | 0.50 | 300 | 0 |  | 3.7 |  |  | 0.0% |" in text
    assert "300 joins a second beside 100 who watch" in text
    assert "- Pion: v1; as it comes" in text
    assert "`python -m bench.whep`" in text
    assert json.loads(whep_row.RESULTS.read_text("utf-8"))["machine"] == machine


def test_servers_are_ordered_by_cost_among_as_many_viewers():
    rows = [row("b", 20, 3.0), row("c", 1, 9.0), row("a", 20, 2.0)]
    assert [(line[0], line[1]) for line in whep_row.cells(rows)] == [("c", "1"), ("a", "20"), ("b", "20")]


@pytest.mark.parametrize("viewers", [1, 200])
def test_without_ours_there_is_no_ratio(viewers):
    assert whep_row.ratios([row("Pion", viewers, 9.0)]) == {}
