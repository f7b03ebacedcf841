import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from relay.hls.recorder import SEGMENTS_QUEUED_MAX, Recorder
from relay.hls.slices import Part, Targets
from relay.hls.tape import INDEX, parse
from relay.hls.window import Window


@pytest.fixture
def thread():
    with ThreadPoolExecutor(1) as one:
        yield one


@pytest.fixture
def closed():
    return []


@pytest.fixture
def recorder(tmp_path, thread, metrics, closed):
    return Recorder(tmp_path / "show" / "1", thread, metrics.recording_lost, lambda: closed.append(1))


def record(recorder, count):
    window = Window(Targets(500, 2_000), 10, 7, recorder.add)
    window.start(b"init", 1_800_000_000.0)
    for number in range(count):
        window.add(Part(Fraction(2 * number), Fraction(2), True, True, 60, b"segment"))
    return window


async def written(folder):
    return parse(await asyncio.to_thread((folder / "show" / "1" / INDEX).read_bytes))


async def test_whole_segments_are_written_in_order(recorder, tmp_path, metrics):
    record(recorder, 5)
    await recorder.flush()
    found = await written(tmp_path)
    assert [(entry.file, entry.unix - 1_800_000_000) for entry in found] == [("7.mp4", 2 * n) for n in range(5)]
    assert (tmp_path / "show" / "1" / "7.mp4").read_bytes() == b"init" + 5 * b"segment"
    assert metrics.recording_lost._value.get() == 0


async def test_a_segment_that_will_not_become_whole_is_kept_at_the_end(recorder, tmp_path):
    window = record(recorder, 1)
    window.add(Part(Fraction(2), Fraction(1, 2), True, False, 15, b"part"))
    window.hand_over()
    await recorder.flush()
    assert [entry.duration for entry in await written(tmp_path)] == ["2.000000", "0.500000"]


async def test_a_slow_disk_loses_segments_and_not_memory(recorder, thread, metrics, caplog):
    gate = threading.Event()
    thread.submit(gate.wait, 10)
    record(recorder, SEGMENTS_QUEUED_MAX + 3)
    assert metrics.recording_lost._value.get() == 3
    assert "does not keep up" in caplog.text
    gate.set()
    await recorder.flush()


async def test_a_disk_that_refuses_is_counted_and_told(recorder, tmp_path, metrics, caplog):
    (tmp_path / "show").write_text("a file where a folder should be")
    record(recorder, 2)
    await recorder.flush()
    await asyncio.sleep(0)
    assert metrics.recording_lost._value.get() == 2
    assert "lost a segment" in caplog.text


def test_whoever_closes_it_is_told(recorder, closed):
    recorder.close()
    assert closed == [1]
