"""The verbs about a whole store, as the operator types them."""

import sqlite3

import pytest

from signaling.cli import run


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FENBO_DATA_DIR", str(tmp_path / "data"))
    assert run(["merchant", "add", "Tea House", "--room", "tea"]) == 0
    capsys.readouterr()
    return tmp_path / "data" / "fenbo.sqlite3"


def test_audit(store, capsys):
    assert run(["audit"]) == 0
    assert capsys.readouterr().out == "the audit found nothing\n"
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE channel SET parent_id = id, merchant_id = -1")
    connection.close()
    assert run(["audit"]) == 1
    assert "merchant: room" in capsys.readouterr().out


def test_backup_and_restore(store, capsys, monkeypatch, tmp_path):
    assert run(["backup", "evening.sqlite3"]) == 0
    assert "master secret" in capsys.readouterr().out
    assert run(["backup", "evening.sqlite3"]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert run(["restore", "evening.sqlite3"]) == 2
    monkeypatch.setenv("FENBO_DATA_DIR", str(tmp_path / "elsewhere"))
    assert run(["restore", "evening.sqlite3"]) == 0
    assert "restored" in capsys.readouterr().out
    assert run(["audit"]) == 0


def test_a_directory_of_backups_forgets_the_oldest(store, capsys, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    old = folder / "fenbo-20200101T000000Z.sqlite3"
    old.touch()
    assert run(["backup", str(folder), "--database.backup_days", "7"]) == 0
    (made,) = folder.iterdir()
    assert made != old and f"{old}: dropped" in capsys.readouterr().out
    assert run(["restore", str(made)]) == 2  # it is a whole one, and this store is not empty


def test_moving_needs_postgresql(capsys, tmp_path):
    assert run(["migrate-store", f"sqlite:///{tmp_path / 'other'}"]) == 2
    assert "postgresql" in capsys.readouterr().err


def test_a_bill_is_held_against_the_books(capsys, tmp_path):
    bill = tmp_path / "bill.csv"
    command = ["reconcile", str(bill), "--merchant", "Tea House", "--since", "2026-01-01", "--until", "2026-01-31"]
    bill.write_text("payment,kind,amount,currency\n")
    assert run(command) == 0
    bill.write_text("payment,kind,amount,currency\np1,paid,1.00,CNY\n")
    assert run(command) == 1
    assert "p1,paid,not_booked,1.00,,CNY" in capsys.readouterr().out
    bill.write_text("payment,kind,amount,currency\np1,paid,1.001,CNY\n")
    assert run(command) == 1
    assert "line 2, amount" in capsys.readouterr().out
    bill.write_text("payment,kind,amount,currency\n")
    assert run([*command[:3], "Nobody", *command[4:]]) == 2
    assert "0 merchants" in capsys.readouterr().err
