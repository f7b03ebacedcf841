"""What reaches the disk, seen from outside with strace: one fdatasync per batch, and no answer before it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("batches.py")
BATCHES, COMMANDS = 20, 25


@pytest.fixture(scope="module")
def calls(tmp_path_factory) -> list[str]:
    """The system calls of a program that does 20 batches of 25 orders, in their order."""
    assert shutil.which("strace"), "strace is missing: apt-get install strace"
    folder = tmp_path_factory.mktemp("strace")
    log = folder / "log"
    watched = "trace=fdatasync,fsync,write"
    command = ["strace", "-f", "-e", watched, "-s", "64", "-o", str(log), sys.executable, str(PROGRAM)]
    subprocess.run([*command, str(folder), str(BATCHES), str(COMMANDS)], check=True, capture_output=True)
    return log.read_text().splitlines()


def selling(calls: list[str]) -> list[str]:
    """What happened between the first batch and the last answer: s for a sync, a for an answer written."""
    marks = []
    started = False
    for call in calls:
        started = started or "sell\\n" in call
        if "commits" in call:
            break
        if started and re.search(r"(fdatasync|fsync)\(\d+\)\s*=\s*0|<\.\.\. (fdatasync|fsync) resumed>.*= 0", call):
            marks.append("s")
        elif started and (found := re.search(r"write\(1, \"batch (\d+)", call)):
            marks.append(found[1])
    return marks


def test_a_batch_is_synced_once_however_many_commands_it_holds(calls):
    (commits,) = [int(found[1]) for call in calls if (found := re.search(r'write\(1, "commits (\d+)', call))]
    assert BATCHES <= commits < BATCHES * COMMANDS / 4
    synced = selling(calls).count("s")
    assert commits <= synced <= commits + 4  # a checkpoint of the write-ahead log syncs too, now and then


def test_no_answer_leaves_before_its_sync(calls):
    synced = 0
    for mark in selling(calls):
        if mark == "s":
            synced += 1
        else:
            assert synced > int(mark), f"batch {mark} was answered after {synced} syncs"
