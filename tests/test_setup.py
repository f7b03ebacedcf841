"""`.ci/setup`, as far as it can be tried without a fresh machine: what it says when something is missing."""

import os
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parent.parent / ".ci/setup"


def run(folder: Path, goal: str, **programs: str) -> subprocess.CompletedProcess[str]:
    """Somewhere else, as somebody else, with stand-ins first on the PATH."""
    (folder / ".ci").mkdir()
    (folder / ".ci/setup").write_bytes(SETUP.read_bytes())
    (folder / "bin").mkdir()
    for name, script in programs.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (folder / "bin" / name).chmod(0o755)
    return subprocess.run(
        ["bash", str(folder / ".ci/setup"), goal],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder), "POLICY_RC_D": f"{folder}/policy-rc.d"},
        stdin=subprocess.DEVNULL,
    )


def test_who_may_not_install_is_told_what_to_install(tmp_path):
    done = run(tmp_path, "demo", python3="exit 1", id="echo 1000")
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_root_installs_without_starting_services(tmp_path):
    """apt-get is a stand-in: what matters is how it is called, and that whatever is then still missing is named."""
    policy = tmp_path / "policy-rc.d"
    apt = f'echo "$@" "$DEBIAN_FRONTEND" >>{tmp_path}/calls; {policy}; echo "policy $?" >>{tmp_path}/calls'
    done = run(tmp_path, "demo", python3="exit 1", id="echo 0", **{"apt-get": apt})
    calls = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert calls[0] == "update -qq noninteractive"
    assert calls[1] == calls[3] == "policy 101"
    assert calls[2] == "install -y -qq --no-install-recommends python3-venv noninteractive"
    assert not policy.exists()
    assert done.returncode == 1
    assert "still missing after apt-get: python3-venv" in done.stderr


@pytest.mark.parametrize("goal", ["", "dmeo"])
def test_a_goal_that_is_none(tmp_path, goal):
    assert run(tmp_path, goal).returncode != 0


def test_a_python_that_is_too_old_is_refused(tmp_path):
    old = 'case "$2" in *version_info*) exit 1;; *) exit 0;; esac'
    done = run(tmp_path, "demo", python3=old)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
