from bench.report import RESULTS, Row, markdown, save, with_tables
from config.describe import README

ROWS = [Row("chat", "us a line", 8.351, 10.7, 0.01, "how", {"cores": 0.2}), Row("orders", "a second", 12728.4)]
BESIDE = Row("chat", "us a line", 7.0, 10.5, beside={"Centrifugo": 9.25})


def test_a_saved_run_is_a_table(tmp_path):
    save("chat", ROWS, tmp_path)
    lines = markdown(tmp_path).splitlines()
    assert lines[2].startswith("| chat | 8.35 | 10.7 | 0.78 |  | us a line | ")
    assert lines[3].startswith("| orders | 12,728 |  |  |  | a second | ")
    save("chat", ROWS[:1], tmp_path)
    assert len(markdown(tmp_path).splitlines()) == 3
    save("chat", [BESIDE], tmp_path)
    assert "| 7 | 10.5 | 0.67 | Centrifugo 9.25 | us a line |" in markdown(tmp_path)


def test_the_readme_has_the_table_of_the_kept_results():
    text = README.read_text("utf-8")
    assert with_tables(text) == text, "run `make readme`"
    assert RESULTS.is_dir()
