"""What /openapi.json promises, held against the server by schemathesis: no 500, no answer that is not declared."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(120, func_only=True)  # a guard: three questions to each of many operations
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
LOGS_OUT = "/api/v1/hq/logout"


def log_in(show) -> dict[str, str]:
    """The headers of a logged-in page of HQ."""
    user = json.dumps({name: show.addresses["hq"][name] for name in ("user", "password")}).encode()
    request = urllib.request.Request(f"{show.http}/api/v1/hq/login", user, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": json.load(answer)["csrf"]}


def config(folder: Path, show) -> Path:
    """Names that exist, so that more than 404 is met."""
    file = folder / "schemathesis.toml"
    file.write_text(f'[parameters]\nroom = "{show.addresses["rooms"][0]["room"]}"\nslot = "backup"\n')
    return file


def hold_against(show, folder: Path, *options: str) -> str:
    """What schemathesis says in the end; fails with all it found."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config(folder, show)), "run"]
    headers = [word for name, value in log_in(show).items() for word in ("--header", f"{name}: {value}")]
    command += [f"{show.http}/openapi.json", *headers, "--exclude-path", LOGS_OUT, "--checks", ",".join(CHECKS)]
    command += ["--no-color", "--generation-deterministic", *options]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-4_000:]
    return run.stdout


@pytest.fixture(scope="module")
def quiet_show(start_server):
    demo = start_server("demo", "--no-publisher")
    yield demo
    demo.stop()


def test_a_few_questions_to_every_operation(quiet_show, tmp_path):
    said = hold_against(quiet_show, tmp_path, "--phases", "fuzzing", "--max-examples", "3")
    paths = json.loads(quiet_show.get("/openapi.json"))["paths"]
    assert f"Tested: {sum(map(len, paths.values())) - 1}\n" in said  # all but the logout


@pytest.mark.soak
def test_thousands_of_questions(quiet_show, tmp_path):
    hold_against(quiet_show, tmp_path, "--phases", "coverage,fuzzing,stateful", "--max-examples", "150")
