"""The law as tests: short functions, short files, a test file for each module, locks that name no host."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("relay", "signaling", "commerce", "config")
FUNCTION_LINES_MAX = 60
LONG_FUNCTION_LINES = 30
LONG_FUNCTIONS = 0  # of more than 30 lines in the packages: this number may only fall
FILE_LINES_MAX = 400
LOCKS = ("requirements.txt", "requirements-dev.txt", ".ci/requirements-build.txt", ".ci/requirements-node.txt")
GENERATED = {"node_modules", "dist", "__pycache__", ".venv", "build"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not GENERATED & set(path.parts):
                yield path.relative_to(ROOT)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(where, lines from `def` to the end) of each function."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, Function):
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_function_is_longer_than_a_screen():
    found = [f for path in files(*PACKAGES, "tests", "bench") for f in functions(path) if f[1] > FUNCTION_LINES_MAX]
    assert not found


def test_long_functions_only_become_fewer():
    found = [f for path in files(*PACKAGES) for f in functions(path) if f[1] > LONG_FUNCTION_LINES]
    assert len(found) <= LONG_FUNCTIONS, "\n".join(map(str, found))
    assert len(found) == LONG_FUNCTIONS, f"fewer than there were: write LONG_FUNCTIONS = {len(found)} into this file"


def test_no_file_is_longer_than_400_lines():
    sources = files(*PACKAGES, "tests", "bench", "web", suffixes=(".py", ".pyx", ".ts", ".css"))
    lengths = {path: (ROOT / path).read_text("utf-8").count("\n") for path in sources}
    assert not {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX}


def does_something(path: Path) -> bool:
    """Has a function besides constructors; modules of mere declarations are tested by those who use them."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    return any(isinstance(node, Function) and node.name != "__init__" for node in nodes)


def test_each_module_has_its_test_file():
    missing = []
    for path in files(*PACKAGES):
        if path.name == "__init__.py" or "migrations" in path.parts or not does_something(path):
            continue
        test = Path("tests", path.parent, f"test_{path.name.strip('_')}".replace("__.py", ".py"))
        if not (ROOT / test).exists():
            missing.append(str(test))
    assert not missing


def test_the_packages_have_no_drawer_for_everything():
    names = {path.stem for path in files(*PACKAGES, "tests", "bench", "web/src", suffixes=(".py", ".pyx", ".ts"))}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_pins_hashes_and_names_no_host(name):
    lock = (ROOT / name).read_text("utf-8")
    assert "://" not in lock
    assert not re.findall(r"^-|--(?:extra-)?index-url|--find-links|--trusted-host", lock, re.MULTILINE)
    pins = re.findall(r"^([\w.-]+(?:\[[\w,-]+\])?)==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-zA-Z]", lock, re.MULTILINE)) > 0


def test_the_web_lock_names_no_host():
    lock = json.loads((ROOT / "web/package-lock.json").read_text("utf-8"))
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert packages
    assert not [entry["resolved"] for entry in packages if "://" in entry.get("resolved", "")]
    assert all("integrity" in entry for entry in packages)


def test_every_dependency_is_explained_in_the_readme():
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    runtime = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert runtime
    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in re.findall(r'"([\w.-]+)', runtime[1]) if f"| {name} |" not in readme]


def test_everybody_runs_the_same_verbs():
    called = set(re.findall(r"^make (\w+)", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE))
    assert called == {"check", "test"}


def test_each_migration_follows_the_one_before_it():
    """Two that were written at the same time may both call themselves the next."""
    found = sorted((ROOT / "commerce/store/migrations/versions").glob("[0-9]*.py"))
    ids = [re.findall(r'^(?:down_)?revision(?:: \S+)? = "?(\w+)"?$', path.read_text("utf-8"), re.M) for path in found]
    names = [path.name[:4] for path in found]
    assert ids == [[name, before] for name, before in zip(names, ["None", *names], strict=False)]
