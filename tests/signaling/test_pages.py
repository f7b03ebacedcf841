import json
import re

import pytest

from signaling.api.models import RoomView
from signaling.app import WEB_DIST
from signaling.pages import NOT_BUILT, Pages

PAGE = "<!doctype html><html><head><!--fenbo--></head><body></body></html>"
NASTY = '</script><script>alert("1")</script><!-- \u2028 & "quotes\''


def view(**more):
    found = {
        "room": "north",
        "name": "North",
        "logo_url": "/logo.svg",
        "cover_url": "",
        "notice": "",
        "welcome": "Come in",
        "theme": {"accent": "#112233"},
        "channel": {"id": "c" * 16, "name": "North"},
        "merchant": {"name": "Tea House"},
        "language": "en",
        "currency": "CNY",
        "state": "active",
        "webrtc": True,
        "show": None,
        "shelf": [],
        "hidden": [],
        "viewers": 0,
        "total_viewers": 0,
    }
    return RoomView.model_validate(found | more)


@pytest.fixture
def pages(tmp_path):
    for name in ("room", "hq", "missing"):
        (tmp_path / f"{name}.html").write_text(PAGE)
    return Pages.read(tmp_path)


def data_text(text):
    found = re.search(r'<script type="application/json" id="fenbo-room">(.*?)</script>', text)
    assert found
    return found[1]


def data(text):
    return json.loads(data_text(text))


def test_the_room_is_in_the_page(pages):
    answer = pages.room(view(), "https://live.example")
    assert data(answer.text) == view().model_dump(mode="json")
    assert "<title>North</title>" in answer.text
    assert '<meta property="og:image" content="https://live.example/logo.svg">' in answer.text
    assert '<meta property="og:url" content="https://live.example/r/north">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_said_by_a_merchant_becomes_markup(pages):
    text = pages.room(view(name=NASTY, notice=NASTY, cover_url=NASTY), "https://live.example").text
    assert data(text)["name"] == NASTY
    assert text.count("<script") == 1
    assert "<script>alert" not in text
    assert "\u2028" not in data_text(text)


def test_scripts_come_from_here_alone_and_headquarters_is_in_nobodys_frame(pages):
    policy = pages.room(view(), "https://live.example").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in pages.hq("https://live.example").headers["Content-Security-Policy"]
    assert "frame-ancestors" not in policy


def test_missing_is_a_404(pages):
    assert pages.missing().status == 404


def test_without_a_build_the_page_says_how_to_make_one(tmp_path, caplog):
    pages = Pages.read(tmp_path)
    assert NOT_BUILT in pages.room(view(), "https://live.example").text
    assert "room.html, hq.html, missing.html" in caplog.text
    assert pages.assets == []


async def test_assets_are_for_ever(shop):
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/assets/demo/north.svg") as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    async with visitor.client.get(f"{visitor.base}/assets/nothing.js") as answer:
        assert answer.status == 404
        assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize(("accepted", "ending"), [("gzip, br", ".br"), ("gzip", ".gz"), ("", "")])
async def test_assets_come_compressed_to_those_who_take_it(shop, accepted, ending):
    visitor = await shop.visitor()
    script = next((WEB_DIST / "assets").glob("room-*.js"))
    url, headers = f"{visitor.base}/assets/{script.name}", {"Accept-Encoding": accepted}
    async with visitor.client.get(url, headers=headers, auto_decompress=False) as answer:
        assert answer.headers.get("Content-Encoding") == {".br": "br", ".gz": "gzip", "": None}[ending]
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert await answer.read() == script.with_name(script.name + ending).read_bytes()
