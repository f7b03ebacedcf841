"""The command itself, in a process of its own."""

import subprocess
import sys


def fenbo(*arguments, environment=None):
    command = [sys.executable, "-m", "signaling", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, env=environment, check=False)


def test_an_unknown_option_stops_the_start_and_is_named(tmp_path):
    found = fenbo(
        "serve", "--http.prot", "1", environment={"FENBO_HTPP__PORT": "1", "FENBO_DATA_DIR": str(tmp_path / "d")}
    )
    assert found.returncode == 2
    assert "FENBO_HTPP__PORT" in found.stderr
    assert "--http.prot" in found.stderr
    assert not (tmp_path / "d").exists()
