import io

import pytest
from rich.console import Console

from signaling.demo_panel import panel

ADDRESSES = {
    "http": "http://127.0.0.1:8080",
    "rtmp": "rtmp://127.0.0.1:1935/live",
    "stream_key": "the-stream-key",
    "hq": {"url": "http://127.0.0.1:8080/hq", "user": "hq", "password": "the-password"},
    "rooms": [{"room": "north", "url": "http://127.0.0.1:8080/r/north", "link": "http://127.0.0.1:8080/s/abc"}],
}


def shown(width: int, publishes: bool) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(panel(ADDRESSES, publishes=publishes))
    return console.file.getvalue()


@pytest.mark.parametrize("publishes", [True, False])
def test_it_says_where_to_look_and_how_to_stop(publishes):
    text = shown(120, publishes)
    for part in ("/r/north", "/s/abc", "/hq", "user hq", "the-password", "Ctrl-C"):
        assert part in text


def test_the_stream_key_is_for_those_who_publish_themselves():
    assert "the-stream-key" not in shown(120, publishes=True)
    assert "rtmp://127.0.0.1:1935/live/the-stream-key" in shown(80, publishes=False)
