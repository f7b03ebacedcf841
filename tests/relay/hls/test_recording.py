import asyncio

import pytest

from relay.hls.listing import Range
from relay.hls.recording import RESTING_SECONDS, Recordings, recording_key
from relay.hls.retention import Claim, Policy
from relay.hls.tape import INDEX, Tape

NOW = 4_000_000_000.0  # far behind the time of the files
SEGMENT = Range("7.mp4", 4, 7)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(tmp_path, metrics, clock):
    """`make(bucket)`: on the same disk."""
    made = []

    def make(bucket=None):
        made.append(Recordings(tmp_path / "recordings", metrics, bucket, clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def tape(tmp_path):
    async def write(show="show", epoch="1", file="7.mp4", unix=0.0):
        one = Tape(tmp_path / "recordings" / show / epoch)
        await asyncio.to_thread(one.append, file, b"init", [b"segment"], "2.000000", unix)

    return write


async def test_what_is_recorded_can_be_listed_and_read(make, tape):
    await tape()
    one = make()
    listing = await one.listing("show", "1")
    assert listing.seconds == 2
    assert await one.read("show", "1", listing.find("7-4-7.m4s")) == b"segment"
    assert await one.listing("show", "2") is None
    with pytest.raises(FileNotFoundError):
        await one.read("show", "2", SEGMENT)


async def test_a_recording_moves_to_the_bucket_and_plays_from_there(make, tape, tmp_path, bucket):
    await tape()
    here, other = make(bucket), make(bucket)
    await here.move()
    assert not (tmp_path / "recordings" / "show").exists()
    for one in (here, other):
        listing = await one.listing("show", "1")
        assert await one.read("show", "1", listing.find("7-4-7.m4s")) == b"segment"


async def test_what_is_being_recorded_stays(make, tape, tmp_path, bucket):
    """Moving and deleting wait until nothing is added any more."""
    one = make(bucket)
    recorder = one.recorder("show", "1")
    await tape()
    await one.move()
    await one.keep({}, Policy(1, 1))
    assert (tmp_path / "recordings" / "show" / "1" / INDEX).exists()
    recorder.close()
    await one.move()
    assert not (tmp_path / "recordings" / "show").exists()


async def test_what_has_just_been_added_stays(make, tape, tmp_path, bucket, clock):
    await tape()
    clock.now = (tmp_path / "recordings" / "show" / "1" / INDEX).stat().st_mtime + RESTING_SECONDS - 1
    one = make(bucket)
    await one.move()
    assert (tmp_path / "recordings" / "show" / "1" / INDEX).exists()
    clock.now += 2
    await one.move()
    assert not (tmp_path / "recordings" / "show").exists()


async def test_a_show_that_goes_on_after_its_recording_moved_is_one_recording(make, tape, bucket, clock):
    one = make(bucket)
    await tape(unix=0.0)
    await one.move()
    await tape(file="99.mp4", unix=60.0)
    clock.now += 100
    assert [entry.file for entry in (await one.listing("show", "1")).entries] == ["7.mp4", "99.mp4"]
    await one.move()
    clock.now += 100
    assert [entry.file for entry in (await one.listing("show", "1")).entries] == ["7.mp4", "99.mp4"]


async def test_a_bucket_that_is_away_leaves_everything_where_it_is(
    make, tape, tmp_path, make_bucket, metrics, caplog, monkeypatch
):
    monkeypatch.setattr("relay.hls.bucket.RETRIES_MAX", 0)
    await tape()
    await make(make_bucket(endpoint="http://127.0.0.1:9")).move()
    assert (tmp_path / "recordings" / "show" / "1" / INDEX).exists()
    assert metrics.recording_moves_failed._value.get() == 1
    assert "stays on the disk" in caplog.text


async def test_what_may_not_be_kept_goes_from_both_places(make, tape, tmp_path, bucket, metrics, caplog):
    caplog.set_level("INFO")
    one = make(bucket)
    await tape("old", "1")
    await one.move()
    await tape("old", "1", "99.mp4")
    await tape("unclaimed", "1")
    await one.keep({"old": Claim("tea", days=1)}, Policy(90, 10**9))
    assert await one.all() == []
    assert await asyncio.to_thread(bucket.all) == [] and not any((tmp_path / "recordings").iterdir())
    assert metrics.recordings_deleted.labels("age")._value.get() == 2
    assert "recording old/1" in caplog.text


async def test_bytes_are_counted(make, tape, metrics):
    await tape()
    await make().keep({}, Policy(100_000, 10**9))
    assert metrics.recording_bytes._value.get() > 11


async def test_a_recording_that_is_gone_is_not_remembered(make, tape, clock):
    await tape()
    one = make()
    assert await one.listing("show", "1") is not None
    await one.keep({}, Policy(1, 10**9))
    assert await one.listing("show", "1") is None


@pytest.mark.parametrize("broadcast,epoch", [("..", "1"), ("show", ".."), ("a/b", "1"), ("", "1"), ("show", "x" * 65)])
async def test_no_name_leads_out_of_the_folder(make, broadcast, epoch):
    assert recording_key(broadcast, epoch) is None
    assert make().recorder(broadcast, epoch) is None
    assert await make().listing(broadcast, epoch) is None


async def test_closing_waits_for_what_is_queued(make, tmp_path):
    one = make()
    done = []
    one._writer.submit(done.append, 1)
    await asyncio.to_thread(one.close)
    assert done == [1]
