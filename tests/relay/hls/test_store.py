"""What both stores promise: folders, and a bucket of a real S3 server."""

import os

import pytest


@pytest.fixture(params=["folder", "bucket"])
def store(request):
    return request.getfixturevalue(request.param)


def test_what_was_put_can_be_read_in_pieces(store, tmp_path):
    (tmp_path / "7.mp4").write_bytes(b"0123456789")
    store.put("show/1/7.mp4", tmp_path / "7.mp4")
    store.put("show/1/index.jsonl", b"lines")
    assert store.read("show/1/7.mp4") == b"0123456789"
    assert store.read("show/1/7.mp4", 3, 4) == b"3456"
    assert store.read("show/1/7.mp4", 8) == b"89"
    assert {one.key: one.size for one in store.all()} == {"show/1/7.mp4": 10, "show/1/index.jsonl": 5}
    assert all(one.changed > 1.7e9 for one in store.all("show/1"))


def test_a_second_put_takes_the_place_of_the_first(store):
    store.put("show/1/index.jsonl", b"one")
    store.put("show/1/index.jsonl", b"two and more")
    assert store.read("show/1/index.jsonl") == b"two and more"


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name(store):
    for key in ("show/1/7.mp4", "show/10/7.mp4", "show2/1/7.mp4"):
        store.put(key, b"x")
    assert [one.key for one in store.all("show/1")] == ["show/1/7.mp4"]
    store.delete("show/1")
    assert sorted(one.key for one in store.all()) == ["show/10/7.mp4", "show2/1/7.mp4"]


def test_deleting_takes_everything_and_forgives_what_is_not_there(store):
    store.put("show/1/7.mp4", b"x")
    store.put("show/1/index.jsonl", b"x")
    store.delete("show/1", first=["show/1/index.jsonl", "show/1/never"])
    store.delete("show/1", first=["show/1/index.jsonl"])
    store.delete("nothing/1")
    assert store.all() == []


def test_what_is_not_there_is_not_found(store):
    with pytest.raises(FileNotFoundError):
        store.read("show/1/7.mp4")
    with pytest.raises(FileNotFoundError):
        store.read("show/1/7.mp4", 0, 10)
    assert store.all("show") == []


def test_large_files_arrive_whole(store, tmp_path):
    data = os.urandom(1024) * 20 * 1024  # 20 MB: several parts of an upload
    (tmp_path / "large").write_bytes(data)
    store.put("show/1/7.mp4", tmp_path / "large")
    assert store.all("show/1")[0].size == len(data)
    assert store.read("show/1/7.mp4", 16 * 1024 * 1024, 1024) == data[:1024]
