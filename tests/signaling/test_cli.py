"""The commands, in this process, on a store of their own."""

import io

import pytest

from config import describe
from signaling.cli import run


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FENBO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_config(capsys):
    assert run(["config", "sample"]) == 0
    assert capsys.readouterr().out == describe.sample()
    assert run(["config", "reference"]) == 0
    assert capsys.readouterr().out == describe.table()
    assert run(["config"]) == 0
    assert "fine" in capsys.readouterr().out


def test_the_file_in_the_folder_is_taken_and_another_can_be_named(place, capsys):
    (place / "fenbo.toml").write_text("[http]\nprot = 1\n")
    assert run(["config", "check"]) == 2
    assert "fenbo.toml: unknown option http.prot" in capsys.readouterr().err
    (place / "other.toml").write_text("[http]\nport = 1\n")
    assert run(["config", "check", "--config", "other.toml"]) == 0


def test_a_command_that_is_none(capsys):
    with pytest.raises(SystemExit) as stopped:
        run(["dance"])
    assert stopped.value.code == 2
    assert "dance" in capsys.readouterr().err


def test_options_follow_the_command(capsys):
    assert run(["config", "check", "--http.port=70000"]) == 2
    assert "http.port" in capsys.readouterr().err


def test_a_merchant_and_somebody_who_can_log_in(monkeypatch, capsys):
    assert run(["merchant", "add", "Tea House", "--room", "tea"]) == 0
    assert "Tea House  /r/tea" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert run(["user", "add", "boss", "--merchant", "Tea House"]) == 0
    assert capsys.readouterr().out == "boss\n"


def test_a_new_password(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\nbattery staple\nbattery staple\n"))
    run(["merchant", "add", "Tea House", "--room", "tea"])
    run(["user", "add", "boss", "--merchant", "Tea House"])
    assert run(["user", "passwd", "boss"]) == 0
    assert run(["user", "passwd", "nobody"]) == 2
    assert "nobody is called that" in capsys.readouterr().err
    assert run(["user", "add", "boss"]) == 2
    assert "--merchant" in capsys.readouterr().err


def test_what_cannot_be_done_is_said(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\nshort\n"))
    assert run(["user", "add", "boss", "--merchant", "Nobody"]) == 2
    assert "0 merchants are called Nobody" in capsys.readouterr().err
    assert run(["user", "add", "boss", "--merchant", "Nobody"]) == 2
    assert "password" in capsys.readouterr().err
    assert run(["merchant", "add", "Tea", "--room", "NO"]) == 2
    assert "room" in capsys.readouterr().err
