import tomllib
from pathlib import Path

import pytest

from config.describe import README, SAMPLE, sample, sections, table, with_block
from config.settings import Settings


def test_every_option_has_a_meaning_and_stands_in_the_table():
    rows = table().splitlines()
    for _, _, options in sections():
        for option in options:
            assert option.meaning, option.dotted
            assert sum(row.startswith(f"| `{option.dotted}` |") for row in rows) == 1


def test_bounds_and_defaults_are_shown():
    rows = {row.split("`")[1]: row for row in table().splitlines()[2:]}
    assert rows["http.port"].endswith("(0 to 65,535) |")
    assert "`8080`" in rows["http.port"]
    assert "(at least 1)" in rows["rtmp.connections_max"]
    assert rows["http.tls_key"].split("|")[2].strip() == ""


def test_the_sample_with_its_comments_taken_away_is_the_default_configuration():
    lines = [line.removeprefix("#") if not line.startswith("# ") else "" for line in sample().splitlines()]
    tree = tomllib.loads("\n".join(line for line in lines if not line.endswith("(unset)")))
    assert Settings.model_validate(tree) == Settings()
    assert set(tree) == set(Settings.model_fields)


def test_the_sample_as_it_is_changes_nothing():
    tree = tomllib.loads(sample())
    assert Settings.model_validate(tree) == Settings()


def test_the_sample_on_disk_is_fresh():
    assert SAMPLE.read_text("utf-8") == sample(), "run `make readme`"


def test_the_readme_has_the_table_of_today():
    text = README.read_text("utf-8")
    assert with_block(text, "options", table()) == text, "run `make readme`"


def test_a_block_is_replaced_and_only_that():
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert with_block(text, "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(ValueError, match="no <!-- y -->"):
        with_block(text, "y", "new")


def test_the_sample_lies_where_the_package_data_is():
    assert Path("config/deploy/fenbo.toml") == SAMPLE.relative_to(README.parent)
