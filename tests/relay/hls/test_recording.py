import asyncio
import os
import threading
from fractions import Fraction

import pytest
from prometheus_client import CollectorRegistry, Counter

from relay.hls.recording import SEGMENTS_QUEUED_MAX, Recordings, expire, render
from relay.hls.slices import Part, Targets
from relay.hls.tape import INDEX, Entry, entries
from relay.hls.window import Window


@pytest.fixture
def lost():
    return Counter("lost", "", registry=CollectorRegistry())


@pytest.fixture
def recordings(tmp_path, lost):
    one = Recordings(tmp_path, 7, lost)
    yield one
    one.close()


def record(recorder, count):
    window = Window(Targets(500, 2_000), 10, 7, recorder.add)
    window.start(b"init", 1_800_000_000.0)
    for number in range(count):
        window.add(Part(Fraction(2 * number), Fraction(2), True, True, 60, b"segment"))
    return window


async def test_whole_segments_are_written_in_order(recordings, tmp_path, lost):
    recorder = recordings.recorder("show", "1")
    record(recorder, 5)
    await recorder.flush()
    found = await asyncio.to_thread(entries, tmp_path / "show" / "1")
    assert [(entry.file, entry.unix - 1_800_000_000) for entry in found] == [("7.mp4", 2 * n) for n in range(5)]
    assert (tmp_path / "show" / "1" / "7.mp4").read_bytes() == b"init" + 5 * b"segment"
    assert lost._value.get() == 0


async def test_a_segment_that_will_not_become_whole_is_kept_at_the_end(recordings, tmp_path):
    recorder = recordings.recorder("show", "1")
    window = record(recorder, 1)
    window.add(Part(Fraction(2), Fraction(1, 2), True, False, 15, b"part"))
    window.hand_over()
    await recorder.flush()
    found = await asyncio.to_thread(entries, tmp_path / "show" / "1")
    assert [entry.duration for entry in found] == ["2.000000", "0.500000"]


async def test_a_slow_disk_loses_segments_and_not_memory(recordings, lost, caplog):
    recorder, gate = recordings.recorder("show", "1"), threading.Event()
    recordings._thread.submit(gate.wait, 10)
    record(recorder, SEGMENTS_QUEUED_MAX + 3)
    assert lost._value.get() == 3
    assert "does not keep up" in caplog.text
    gate.set()
    await recorder.flush()


async def test_a_disk_that_refuses_is_counted_and_told(recordings, tmp_path, lost, caplog):
    (tmp_path / "show").write_text("a file where a folder should be")
    recorder = recordings.recorder("show", "1")
    record(recorder, 2)
    await recorder.flush()
    await asyncio.sleep(0)
    assert lost._value.get() == 2
    assert "lost a segment" in caplog.text


@pytest.mark.parametrize("broadcast,epoch", [("..", "1"), ("show", ".."), ("a/b", "1"), ("", "1"), ("show", "x" * 65)])
def test_no_name_leads_out_of_the_folder(recordings, broadcast, epoch):
    assert recordings.folder(broadcast, epoch) is None
    assert recordings.recorder(broadcast, epoch) is None


async def test_old_recordings_go_when_one_begins(tmp_path, lost):
    old, new = (tmp_path / "show" / epoch for epoch in "12")
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / INDEX).write_text("")
    os.utime(old / INDEX, (1_000, 1_000))
    os.utime(new / INDEX, (9 * 86_400, 9 * 86_400))
    one = Recordings(tmp_path, 7, lost, lambda: 10 * 86_400.0)
    one.recorder("show", "3")
    await asyncio.to_thread(one.close)
    assert not old.exists() and new.exists()
    assert await asyncio.to_thread(expire, tmp_path, 1e12) == ["show/2"]


async def test_old_recordings_that_cannot_be_deleted_are_told(recordings, tmp_path, monkeypatch, caplog):
    def refuse(folder, before):
        raise PermissionError("read-only file system")

    monkeypatch.setattr("relay.hls.recording.expire", refuse)
    recordings.recorder("show", "1")
    await asyncio.to_thread(recordings.close)
    assert "cannot be deleted" in caplog.text and "read-only" in caplog.text


def test_the_playlist_names_byte_ranges_and_breaks():
    found = [
        Entry("7.mp4", 700, 700, 1_000, "2.000000", 1_800_000_000.0),
        Entry("7.mp4", 700, 1_700, 900, "1.966667", 1_800_000_002.0),
        Entry("99.mp4", 710, 710, 500, "2.000000", 1_800_000_060.5),
    ]
    assert render(found, 2, ended=True).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        '#EXT-X-MAP:URI="7.mp4",BYTERANGE="700@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z",
        "#EXTINF:2.000000,",
        "#EXT-X-BYTERANGE:1000@700",
        "7.mp4",
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:02.000Z",
        "#EXTINF:1.966667,",
        "#EXT-X-BYTERANGE:900@1700",
        "7.mp4",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="99.mp4",BYTERANGE="710@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:01:00.500Z",
        "#EXTINF:2.000000,",
        "#EXT-X-BYTERANGE:500@710",
        "99.mp4",
        "#EXT-X-ENDLIST",
    ]
    assert "ENDLIST" not in render(found, 2, ended=False)
