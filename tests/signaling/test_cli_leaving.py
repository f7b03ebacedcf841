"""The verbs of leaving and of proof, as they are typed."""

import asyncio
import json

import pytest
from prometheus_client import CollectorRegistry

from commerce import commands as c
from commerce.service import Commerce
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings
from signaling.cli import run


async def furnish(home):
    metrics = Metrics(CollectorRegistry())
    commerce = await Commerce.open(DatabaseSettings(), PaymentSettings(), home, metrics, secret="s" * 32)
    merchant = await commerce.execute(c.CreateMerchant("Brand", "hq"))
    channel = await commerce.execute(c.CreateChannel(merchant.id, "Store", "store"))
    await commerce.execute(c.CountTouch("a" * 16, "store"))
    await commerce.execute(c.CreateHook(merchant.id, "https://shop.example/hook", ("order.paid",)))
    await commerce.close()
    return channel.channel


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FENBO_SECRET", "s" * 32)
    monkeypatch.setenv("FENBO_DATA_DIR", str(tmp_path / "home"))
    return tmp_path


def test_everything_leaves_holds_and_arrives(home, monkeypatch, capsys):
    channel = asyncio.run(furnish(home / "home"))
    assert run(["log-key"]) == 0
    key = capsys.readouterr().out.strip()
    assert run(["export", str(home / "out"), "--merchant", "Brand"]) == 0
    statement = home / "out" / "proofs" / f"channel-{channel}.json"
    file = home / "key".ljust(63 - len(str(home)), "y")  # no key for having as many characters as one
    file.write_text(key + "\n")
    for given in (key, str(file)):
        assert run(["verify", str(statement), "--key", given, "--head", str(statement)]) == 0
    said = capsys.readouterr().out
    assert "2 entries hold" in said  # a touch, and the binding it made
    assert "nothing was left out" in said
    found = json.loads(statement.read_text())
    found["entries"][0]["body"] = found["entries"][0]["body"].replace("touch", "torch")
    (home / "spoilt.json").write_text(json.dumps(found))
    assert run(["verify", str(home / "spoilt.json"), "--key", key]) == 1
    assert "WRONG: what entry 0 says was changed" in capsys.readouterr().out
    assert run(["farewell", str(home / "bye")]) == 0
    assert run(["farewell", str(home / "bye")]) == 2  # nothing is written over
    assert "must be empty" in capsys.readouterr().err
    for folder, said in (("out", "1 statements hold"), ("bye", "2 statements hold")):
        assert run(["verify", str(home / folder), "--key", key]) == 0
        assert said in capsys.readouterr().out
    pages = list((home / "bye").rglob("*.html"))
    assert [page.name for page in pages if page.parent.name == "statements"] == [f"channel-{channel}.html"]
    monkeypatch.setenv("FENBO_DATA_DIR", str(home / "new"))
    assert run(["import", str(home / "out"), "--key", "00" * 32]) == 2
    assert "not signed by this key" in capsys.readouterr().err
    assert run(["import", str(home / "out"), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "Brand is here" in said
    assert "webhooks: 1 are signed with secrets of this installation now" in said
    assert "off until" not in said
    assert run(["audit"]) == 0


def test_of_who_moved_both_keys_prove_all(home, monkeypatch, capsys):
    channel = asyncio.run(furnish(home / "home"))
    run(["log-key"])
    old = capsys.readouterr().out.strip()
    run(["export", str(home / "out"), "--merchant", "Brand"])
    monkeypatch.setenv("FENBO_DATA_DIR", str(home / "new"))
    run(["import", str(home / "out"), "--key", old])
    capsys.readouterr()
    run(["log-key"])
    new = capsys.readouterr().out.strip()
    run(["export", str(home / "again"), "--merchant", "Brand"])
    before = f"proofs/log-1/channel-{channel}.json"
    for keys, code, said in (
        ((old, new), 0, "signed and whole"),
        ((old,), 3, f"UNDER ANOTHER KEY, {new}: manifest.json"),
        ((new,), 3, f"UNDER ANOTHER KEY, {old}: {before}"),
        (("00" * 32,), 1, "WRONG: manifest.json: is not signed by this key"),
    ):
        given = [part for key in keys for part in ("--key", key)]
        assert run(["verify", str(home / "again"), *given]) == code
        told = capsys.readouterr().out
        assert said in told
        assert ("give both" in told, "WRONG" in told) == (code != 0, code == 1)
    assert run(["verify", str(home / "again" / before), "--key", new]) == 1
    told = capsys.readouterr().out
    assert f"but by {old}" in told
    assert "give both" in told
    assert run(["verify", str(home / "again" / before), "--key", new, "--key", old]) == 0


def test_a_channel_is_named_by_its_id_or_its_room(home, capsys):
    channel = asyncio.run(furnish(home / "home"))
    for at, named in enumerate((channel, "store")):
        assert run(["export", str(home / f"own-{at}"), "--merchant", "Brand", "--channel", named]) == 0
        manifest = json.loads((home / f"own-{at}" / "manifest.json").read_text("utf-8"))
        assert (manifest["kind"], manifest["channel"]) == ("channel", channel)
    capsys.readouterr()
    for named in ("Store", "nowhere", ""):
        assert run(["export", str(home / "none"), "--merchant", "Brand", "--channel", named]) == 2
        assert f"channel: no channel of this merchant has the id or the room {named}" in capsys.readouterr().err
    assert not (home / "none").exists()


def test_help_says_when_a_new_key_counts(capsys):
    with pytest.raises(SystemExit):
        run(["log-key", "--help"])
    assert "started again" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("key", ["zz" * 32, "missing"])
def test_a_key_that_is_none_is_named(home, key, capsys):
    (home / "s.json").write_text("{}")
    (home / "missing").write_text("no key")
    assert run(["verify", str(home / "s.json"), "--key", key]) == 2
    assert "64 hex digits" in capsys.readouterr().err
    assert run(["verify", str(home / "nothing.json"), "--key", "00" * 32]) == 2
    assert run(["verify", str(home / "s.json"), "--key", "00" * 32]) == 1


def test_what_the_system_refuses_is_said_and_no_traceback(home, capsys):
    asyncio.run(furnish(home / "home"))
    (home / "file").write_text("")
    for folder, said in (("file", "is no folder"), ("file/below", "file"), ("/proc/nobody", "/proc/nobody")):
        assert run(["export", folder, "--merchant", "Brand"]) == 2
        assert said in capsys.readouterr().err
    (home / "s.json").write_text("{}")
    assert run(["verify", str(home / "s.json"), "--key", str(home / "nowhere")]) == 2
    assert "64 hex digits" in capsys.readouterr().err


@pytest.mark.parametrize("role", ["channel_owner", "staff", "channel_assistant"])
def test_who_works_at_a_desk_is_added_with_his_channel(home, role, capsys):
    assert run(["user", "add", "ann", "--merchant", "Brand", "--role", role]) == 2
    assert "needs --channel" in capsys.readouterr().err


KEY = "00" * 32
HEAD = {"merchant": "m", "log": 1, "size": 1, "root": KEY, "at": 1, "kid": "k", "signature": ""}
STATEMENT = {"head": HEAD, "keys": []}


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"s": {}, "h": STATEMENT}, ["--head", "h"]),
        ({"s": STATEMENT, "h": {}}, ["--head", "h"]),
        ({"s": STATEMENT, "h": STATEMENT, "p": {}}, ["--head", "h", "--proof", "p"]),
        ({"s": STATEMENT, "h": HEAD, "p": {"hashes": ["zz"]}}, ["--head", "h", "--proof", "p"]),
    ],
)
def test_heads_and_proofs_that_are_none_are_wrong_and_no_traceback(home, files, arguments, capsys):
    for name, found in files.items():
        (home / name).write_text(json.dumps(found))
    assert run(["verify", "s", "--key", KEY, *arguments]) == 1
    assert "WRONG: malformed" in capsys.readouterr().out


def test_folders_and_files_that_are_none_are_said(home, capsys):
    (home / "f").mkdir()
    (home / "f" / "manifest.json").write_text(json.dumps({"format": "fenbo export 1", "files": [], "kind": "merchant"}))
    assert run(["verify", "f", "--key", KEY]) == 1
    assert "WRONG: manifest.json: merchant must be text" in capsys.readouterr().out
    assert run(["import", "f"]) == 2
    assert "manifest.json: merchant must be text" in capsys.readouterr().err
    (home / "deep").write_text("[" * 200_000)
    assert run(["verify", "deep", "--key", KEY]) == 2
    assert "deep: cannot be read as JSON" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_said_and_no_traceback(home, monkeypatch, capsys):
    (home / "home").mkdir()
    (home / "home" / "fenbo.sqlite3").write_text("no database\n" * 1_000)
    for verb in (["log-key"], ["audit"], ["merchant", "add", "Brand", "--room", "hq"]):
        assert run(verb) == 2
        assert capsys.readouterr().err == "fenbo: database: cannot be opened: file is not a database\n"
    for url, said in (("mysql://x", "must begin with postgresql://"), (f"postgresql:///x?host={home}", "failed")):
        monkeypatch.setenv("FENBO_DATABASE__URL", url)
        assert run(["log-key"]) == 2
        found = capsys.readouterr().err
        assert (said in found, found.count("\n")) == (True, 1)
