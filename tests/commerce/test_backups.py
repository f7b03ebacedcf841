"""Backups of a directory go when their time is over, and nothing else does."""

from datetime import UTC, datetime, timedelta

from commerce.backups import drop_old, new_file

NOW = int(datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC).timestamp() * 1000)
DAY = int(timedelta(days=1).total_seconds() * 1000)


def test_a_backup_is_named_by_its_moment(tmp_path):
    assert new_file(tmp_path, NOW) == tmp_path / "fenbo-20260301T040506Z.sqlite3"


def test_only_old_backups_are_dropped(tmp_path):
    ages = [0, 29, 30, 31, 400]
    files = [new_file(tmp_path, NOW - age * DAY) for age in ages]
    others = [tmp_path / name for name in ("notes.txt", "fenbo-20200230T000000Z.sqlite3", "fenbo-2020.sqlite3")]
    for path in (*files, *others):
        path.touch()
    new_file(tmp_path, NOW - 99 * DAY).mkdir()
    assert drop_old(tmp_path, NOW, 30) == sorted(files[3:])
    assert all(path.exists() for path in (*files[:3], *others))
