import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.logs import Logs, ids, redacted
from config.settings import LogSettings


@contextmanager
def logs(format: str, level: str = "INFO", lines_max: int = 100) -> Iterator[io.StringIO]:
    """The process's logging into a string, and pytest's own handlers back afterwards."""
    root = logging.getLogger()
    handlers, root_level = list(root.handlers), root.level
    stream = io.StringIO()
    opened = Logs(LogSettings(format=format, level=level), stream, lines_max)
    opened.open()
    try:
        yield stream
    finally:
        opened.close()
        root.handlers[:] = handlers
        root.setLevel(root_level)


def test_a_json_line_carries_the_ids_of_where_it_was_logged():
    with logs("json") as stream:
        log = logging.getLogger("relay.rtmp")
        with ids(show="k3j", peer="10.0.0.7"), ids(peer="10.0.0.8"):
            log.info("publishing %s", "now")
        log.info("later")
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (first["message"], first["show"], first["peer"]) == ("publishing now", "k3j", "10.0.0.8")
    assert (first["level"], first["logger"]) == ("INFO", "relay.rtmp")
    assert first["at"].endswith("Z")
    assert "show" not in second


def test_ids_follow_tasks_and_do_not_leak_between_them():
    log = logging.getLogger("x")

    async def work(name: str) -> None:
        with ids(peer=name):
            await asyncio.sleep(0)
            log.info("at work")

    async def all_at_once() -> None:
        await asyncio.gather(*(work(str(n)) for n in range(20)))

    with logs("json") as stream:
        asyncio.run(all_at_once())
    assert sorted(json.loads(line)["peer"] for line in stream.getvalue().splitlines()) == sorted(map(str, range(20)))


def test_the_console_line_is_readable_and_has_the_trace():
    with logs("console") as stream, ids(order="o1"):
        try:
            raise KeyError("gone")
        except KeyError:
            logging.getLogger("commerce").exception("no such thing")
    first, *trace = stream.getvalue().splitlines()
    assert first.split()[1:] == ["ERROR", "commerce", "no", "such", "thing", "order=o1"]
    assert trace[-1] == "KeyError: 'gone'"


def test_the_level_holds():
    with logs("console", "WARNING") as stream:
        logging.getLogger("x").info("quiet")
        logging.getLogger("x").warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "rtmp://10.0.0.1:1935/live/s3cretkey opened",
        "RTMPS://h/live/s3cretkey?x=1",
        "Authorization: Bearer s3cretkey",
        "postgresql+psycopg://fenbo:s3cretkey@db/fenbo",
        "cookie fenbo_session=s3cretkey; other=1",
        "fenbo_viewer=s3cretkey",
        '{"password": "s3cretkey"}',
        "password=s3cretkey&user=hq",
        "{'stream_key': 's3cretkey'}",
        "X-CSRF-Token: s3cretkey",
    ],
)
def test_secrets_never_reach_a_line(text):
    assert "s3cretkey" not in redacted(text)
    for format in ("json", "console"):
        with logs(format) as stream, ids(url=text):
            try:
                raise ValueError(text)
            except ValueError:
                logging.getLogger("x").exception(text)
        assert "s3cretkey" not in stream.getvalue()
        assert "***" in stream.getvalue()


def test_what_is_no_secret_stays():
    for text in ("GET /live/k3j/1/index.m3u8 200", "http://h:8080/r/north", "the password was wrong", "room=north"):
        assert redacted(text) == text


def test_a_full_queue_drops_and_says_how_many():
    root = logging.getLogger()
    handlers = list(root.handlers)
    stream = io.StringIO()
    opened = Logs(LogSettings(format="json"), stream, 2)
    for n in range(5):  # before open: nobody empties the queue
        opened.handler.handle(logging.LogRecord("x", logging.INFO, "", 0, f"line {n}", (), None))
    opened.open()
    opened.close()
    root.handlers[:] = handlers
    lines = stream.getvalue().splitlines()
    assert [json.loads(line)["message"] for line in lines[:2]] == ["line 0", "line 1"]
    assert lines[2] == "3 lines dropped"
