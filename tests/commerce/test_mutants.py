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


def played(folder: Path, test: str, file: str = "", old: str = "", new: str = "") -> tuple[int, str]:
    """Exit code and output of one test on a copy of the code, changed or not."""
    for part in ("commerce", "config", "tests/commerce"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, folder / name)
    if file:
        changed = folder / file
        changed.write_text(changed.read_text("utf-8").replace(old, new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"tests/commerce/test_mistakes.py::{test}"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_the_copy_as_it_is_passes(tmp_path):
    assert played(tmp_path, MUTANTS[0][0])[0] == 0


@pytest.mark.soak
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("test", "file", "old", "new"), MUTANTS, ids=[test for test, *_ in MUTANTS])
def test_its_test_notices(tmp_path, test, file, old, new):
    code, output = played(tmp_path, test, file, old, new)
    assert code == 1, output[-2_000:]
    assert f"FAILED tests/commerce/test_mistakes.py::{test}" in output
