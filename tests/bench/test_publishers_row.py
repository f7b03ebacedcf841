"""The table of what a publisher costs."""

from bench.publishers_row import BLOCK, Row, markdown, save
from config.describe import README, with_block

ROWS = [
    Row("Fenbo", "", "the whole server", 50, 0.55, 0.05, 0.01),
    Row("Other", "1.2", "takes it in", 50, 0.1, 0.0, 0.0),
]


def test_a_saved_run_is_a_table(tmp_path):
    save(ROWS, tmp_path / "rtmp" / "publishers.json")
    lines = markdown(tmp_path / "rtmp" / "publishers.json").splitlines()
    assert lines[2].startswith("| Fenbo | 50 | 1.00 | the whole server | ")
    assert lines[3].startswith("| Other 1.2 | 50 | 0.20 | takes it in | ")


def test_without_a_run_there_is_no_row(tmp_path):
    assert len(markdown(tmp_path / "none.json").splitlines()) == 2


def test_the_readme_has_the_table_of_the_kept_run():
    text = README.read_text("utf-8")
    assert with_block(text, BLOCK, markdown()) == text, "run `make readme`"
