"""Each mistake of MONEY section 8 is put back into a copy of the code, and its test must notice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commerce.mutants import MUTANTS

ROOT = Path(__file__).parents[2]


def test_every_mistake_can_still_be_put_back():
    """So that no mutant rots: what it replaces stands in the code exactly once."""
    counts = {(test, file): (ROOT / file).read_text("utf-8").count(old) for test, file, old, _ in MUTANTS}
    assert set(counts.values()) == {1}, counts
    assert {test.split("_")[1] for test, *_ in MUTANTS} == {f"{number:02d}" for number in range(1, 17)}


@pytest.mark.soak
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("test", "file", "old", "new"), MUTANTS, ids=[test for test, *_ in MUTANTS])
def test_its_test_notices(tmp_path, test, file, old, new):
    for folder in ("commerce", "config", "tests/commerce"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    changed = tmp_path / file
    changed.write_text(changed.read_text("utf-8").replace(old, new), "utf-8")
    case = f"tests/commerce/test_mistakes.py::{test}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", case]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout[-2_000:]
    assert "failed" in ended.stdout
