"""The bucket on a bad day: wrong keys, a server that fails, a node that is killed in the middle of an upload."""

import signal
import subprocess
import sys

import pytest

from relay.hls.bucket import CHUNK_BYTES
from relay.hls.shipping import upload
from relay.hls.store import Folder
from relay.hls.tape import INDEX, Tape, parse

UPLOADER = """
import sys
from pathlib import Path
from config.settings import BucketSettings
from relay.hls.bucket import Bucket
from relay.hls.shipping import upload
from relay.hls.store import Folder
upload(Folder(Path(sys.argv[1])), Bucket(BucketSettings.model_validate_json(sys.argv[2])), "show/1")
"""


@pytest.fixture
def disk(tmp_path):
    """A recording of one segment that needs three parts of an upload."""
    Tape(tmp_path / "disk" / "show" / "1").append("7.mp4", b"init", [bytes(2 * CHUNK_BYTES)], "2", 0.0)
    return Folder(tmp_path / "disk")


def arrives_later(disk, bucket):
    assert bucket.all("show") == [], "nobody sees half of it"
    upload(disk, bucket, "show/1")
    assert len(parse(bucket.read(f"show/1/{INDEX}"))) == 1
    assert bucket.read("show/1/7.mp4", 0, 6) == b"init\0\0"
    assert bucket.read("show/1/7.mp4", 2 * CHUNK_BYTES) == bytes(4)


def test_wrong_keys_are_an_error_that_names_what_was_wanted(make_bucket):
    with pytest.raises(OSError, match="show/1/7"):
        make_bucket(secret_key="wrong").read("show/1/7.mp4")


def test_a_server_that_is_not_there_is_an_error(make_bucket, monkeypatch):
    monkeypatch.setattr("relay.hls.bucket.RETRIES_MAX", 1)
    with pytest.raises(OSError, match="show/1"):
        make_bucket(endpoint="http://127.0.0.1:9").put("show/1/7.mp4", b"x")


def test_what_fails_is_tried_again(s3, disk, make_bucket, proxy):
    """Every second request gets a 500."""
    ill = proxy(s3.port, fail=lambda number: number % 2 == 0)
    upload(disk, make_bucket(endpoint=ill.url), "show/1")
    assert ill.failed >= 4
    assert make_bucket().all("show/1")[0].size == 2 * CHUNK_BYTES + 4


def test_cut_off_in_the_middle_nothing_is_there_and_the_disk_still_has_it(s3, disk, make_bucket, proxy, monkeypatch):
    monkeypatch.setattr("relay.hls.bucket.RETRIES_MAX", 0)
    ill = proxy(s3.port, fail=lambda number: number > 2)
    with pytest.raises(OSError, match="show/1/7"):
        upload(disk, make_bucket(endpoint=ill.url), "show/1")
    arrives_later(disk, make_bucket())


def test_killed_in_the_middle_the_next_start_brings_it(s3, disk, make_bucket, make_settings, proxy):
    """kill -9 while the second part is on its way."""
    ill = proxy(s3.port, fail=lambda number: number > 2, hang=True)
    settings = make_settings(endpoint=ill.url).model_dump_json()
    process = subprocess.Popen([sys.executable, "-c", UPLOADER, str(disk.root), settings])
    assert ill.hanging.wait(15)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    arrives_later(disk, make_bucket())
