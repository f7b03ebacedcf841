import io
import random
import signal
import subprocess
import sys

import av
import pytest

from relay.hls import tape
from relay.hls.fmp4 import init_segment
from relay.hls.segmenter import Segmenter, Start
from relay.hls.slices import Targets
from relay.hls.tape import INDEX, Tape, parse

KILLS = 5
WRITER = """
import sys
from pathlib import Path
from relay.hls.tape import Tape
folder = Path(sys.argv[1])
init, media = (folder.parent / "init").read_bytes(), (folder.parent / "media").read_bytes()
tape, number = Tape(folder), 0
while True:
    tape.append(sys.argv[2], init, [media], "2.000000", float(number))
    number += 1
    if number == 1:
        print("writing", flush=True)
"""


def parts_of(clip):
    segmenter = Segmenter(Targets(500, 2_000))
    events = [event for packet in clip.packets for event in segmenter.add(packet)]
    start = next(event for event in events if isinstance(event, Start))
    return start.init, [event.data for event in events if not isinstance(event, Start)]


def entries(folder):
    return parse((folder / INDEX).read_bytes())


def pictures(data):
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0))


def read(folder, entry):
    data = (folder / entry.file).read_bytes()
    return data[: entry.init_bytes] + data[entry.offset : entry.offset + entry.size]


def test_segments_stand_one_after_the_other_behind_their_init(tmp_path, clip):
    init, parts = parts_of(clip)
    one = Tape(tmp_path / "show")
    for number in range(4):
        one.append("7.mp4", init, parts[4 * number : 4 * number + 4], "2.000000", number * 2.0)
    found = entries(tmp_path / "show")
    assert [entry.unix for entry in found] == [0, 2, 4, 6]
    assert [pictures(read(tmp_path / "show", entry)) for entry in found] == [60] * 4
    assert pictures((tmp_path / "show" / "7.mp4").read_bytes()) == 240, "the file plays by itself"


def test_another_init_is_another_file(tmp_path):
    one = Tape(tmp_path)
    one.append("7.mp4", b"init", [b"one"], "2", 0.0)
    one.append("9.mp4", b"other init", [b"t", b"wo"], "2", 2.0)
    assert [(e.file, e.init_bytes, e.offset, e.size) for e in entries(tmp_path)] == [
        ("7.mp4", 4, 4, 3),
        ("9.mp4", 10, 10, 3),
    ]
    assert (tmp_path / "9.mp4").read_bytes() == b"other inittwo"


def test_a_torn_line_is_not_read_and_does_not_swallow_the_next(tmp_path):
    Tape(tmp_path).append("7.mp4", b"init", [b"one"], "2", 0.0)
    with (tmp_path / INDEX).open("ab") as index:
        index.write(b'{"file": "7.mp4", "init')
    assert len(entries(tmp_path)) == 1
    Tape(tmp_path).append("9.mp4", b"init", [b"two"], "2", 2.0)
    assert [entry.file for entry in entries(tmp_path)] == ["7.mp4", "9.mp4"]


def test_what_could_not_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    one = Tape(tmp_path)
    one.append("7.mp4", b"init", [b"one"], "2", 0.0)
    whole = tape._add

    def full(path, data):
        whole(path, data[:2])
        raise OSError("no space left on device")

    monkeypatch.setattr(tape, "_add", full)
    with pytest.raises(OSError, match="no space"):
        one.append("7.mp4", b"init", [b"two"], "2", 2.0)
    monkeypatch.setattr(tape, "_add", whole)
    one.append("7.mp4", b"init", [b"three"], "2", 4.0)
    assert (tmp_path / "7.mp4").read_bytes() == b"initonethree"
    assert [entry.offset for entry in entries(tmp_path)] == [4, 7]


def test_after_kill_9_all_that_is_in_the_index_plays(tmp_path, clip):
    """Killed while it writes as fast as it can; each run goes on in the same folder."""
    init, parts = parts_of(clip)
    (tmp_path / "init").write_bytes(init)
    (tmp_path / "media").write_bytes(b"".join(parts[:4]))
    folder, chance = tmp_path / "show", random.Random(5)
    for run in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder), f"{run}.mp4"], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"writing\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.01, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    found = entries(folder)
    assert {entry.file for entry in found} == {f"{run}.mp4" for run in range(KILLS)}
    for entry in chance.sample(found, 10):
        assert pictures(read(folder, entry)) == 60
    assert init == init_segment(sorted(clip.tracks, key=lambda track: track.kind, reverse=True))
