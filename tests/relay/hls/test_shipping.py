import pytest

from relay.hls.retention import Recording
from relay.hls.shipping import recordings, upload
from relay.hls.store import Folder
from relay.hls.tape import INDEX, Tape, parse


@pytest.fixture
def disk(tmp_path):
    return Folder(tmp_path / "disk")


class Order(Folder):
    """Remembers in which order keys came."""

    def __init__(self, root):
        super().__init__(root)
        self.order = []

    def put(self, key, source):
        self.order.append(key)
        super().put(key, source)


class Torn(Folder):
    """Says yes and keeps half."""

    def put(self, key, source):
        super().put(key, source.read_bytes()[:3])


def write(disk, file="7.mp4", unix=0.0):
    Tape(disk.root / "show" / "1").append(file, b"init", [b"segment"], "2", unix)


def test_the_index_goes_last(disk, tmp_path):
    write(disk)
    write(disk, "99.mp4", 9.0)
    there = Order(tmp_path / "there")
    upload(disk, there, "show/1")
    assert there.order == ["show/1/7.mp4", "show/1/99.mp4", f"show/1/{INDEX}"]
    assert there.read("show/1/99.mp4") == b"initsegment"


def test_again_changes_nothing_and_later_lines_are_added(disk, folder):
    write(disk)
    upload(disk, folder, "show/1")
    before = folder.read(f"show/1/{INDEX}")
    upload(disk, folder, "show/1")
    assert folder.read(f"show/1/{INDEX}") == before
    disk.delete("show/1")
    write(disk, "99.mp4", 9.0)
    upload(disk, folder, "show/1")
    assert [one.file for one in parse(folder.read(f"show/1/{INDEX}"))] == ["7.mp4", "99.mp4"]


def test_a_torn_line_stays_behind(disk, folder):
    write(disk)
    with (disk.root / "show" / "1" / INDEX).open("ab") as index:
        index.write(b'{"file": "8.')
    upload(disk, folder, "show/1")
    assert folder.read(f"show/1/{INDEX}").endswith(b"}\n")


def test_what_arrived_in_half_is_an_error_and_has_no_index(disk, tmp_path):
    write(disk)
    there = Torn(tmp_path / "there")
    with pytest.raises(OSError, match="has not arrived whole"):
        upload(disk, there, "show/1")
    assert [one.key for one in there.all()] == ["show/1/7.mp4"]


def test_a_recording_is_what_both_places_have_of_it(disk, folder):
    write(disk)
    upload(disk, folder, "show/1")
    size = len(disk.read(f"show/1/{INDEX}")) + len(b"initsegment")
    (found,) = recordings([disk, folder])
    assert (found.key, found.size) == ("show/1", 2 * size)
    assert recordings([disk], "show/1") == [Recording("show", "1", size, pytest.approx(found.changed, abs=5))]
    assert recordings([disk], "show/2") == []
