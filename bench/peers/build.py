"""Builds the Go peers into the cache outside the tree, from the Go module proxy alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from bench.peers.clip import CACHE

MEDIAMTX = "v1.12.3"
CENTRIFUGO = "v6.9.1"
HERE = Path(__file__).parent


def go(*arguments: str, folder: Path) -> str:
    """Runs `go` there with its caches beside ours. FileNotFoundError where there is no Go."""
    caches = {"GOMODCACHE": str(CACHE / "mod"), "GOCACHE": str(CACHE / "go-build"), "GOFLAGS": "-modcacherw"}
    environment = {**os.environ, **caches}
    return subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def pion() -> Path:
    """bench/peers/pion, our own few lines on the library."""
    program = CACHE / "pion"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        go("build", "-o", str(program), ".", folder=HERE / "pion")
    return program


def mediamtx() -> Path:
    """MediaMTX. Two files that its own build fetches are made here: its version, and a script of its HLS pages."""
    program, source = CACHE / "mediamtx", CACHE / "mediamtx-src"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        module = f"github.com/bluenviron/mediamtx@{MEDIAMTX}"
        found = json.loads(go("mod", "download", "-json", module, folder=CACHE))["Dir"]
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(found, source)
        (source / "internal/core/VERSION").write_text(MEDIAMTX)
        (source / "internal/servers/hls/hls.min.js").touch()
        go("build", "-o", str(program), ".", folder=source)
    return program


def centrifugo() -> Path:
    """Centrifugo, as its module is."""
    program = CACHE / "centrifugo"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        module = f"github.com/centrifugal/centrifugo/v6@{CENTRIFUGO}"
        source = json.loads(go("mod", "download", "-json", module, folder=CACHE))["Dir"]
        go("build", "-o", str(program), ".", folder=Path(source))
    return program
