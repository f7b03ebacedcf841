import json

from commerce.errors import Overloaded
from signaling.errors import TooMany
from signaling.problems import problem


def test_a_problem_document():
    answer = problem(TooMany("slower", 2.6, "text"))
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"] == "3"
    assert json.loads(answer.body) == {
        "type": "/problems/too-many",
        "title": "Too many requests",
        "status": 429,
        "detail": "slower",
        "errors": [{"field": "text", "detail": "slower"}],
    }


def test_overload_says_when_to_come_back():
    assert problem(Overloaded("later")).headers["Retry-After"] == "2"


async def test_the_wrong_method_names_the_right_ones(shop):
    visitor = await shop.visitor()
    async with visitor.client.delete(f"{visitor.base}/api/v1/rooms/north/cart") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD"


async def test_what_breaks_inside_is_logged_and_not_shown(shop, monkeypatch, caplog):
    async def broken(name):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(shop.node.core.rooms, "load", broken)
    status, found = await (await shop.visitor())("GET", "/api/v1/rooms/north")
    assert (status, found["type"]) == (500, "/problems/internal")
    assert "secret" not in str(found)
    assert "the secret reason" in caplog.text


async def test_requests_are_counted_by_route_and_never_by_address(shop):
    visitor = await shop.visitor()
    for path in ("/r/north", "/r/nowhere", "/wp-admin.php", "/api/v1/rooms/north"):
        await visitor("GET", path)
    _, metrics = await visitor("GET", "/metrics")
    assert 'fenbo_http_requests_total{route="/r/{room}",status="200"} 1.0' in metrics
    assert 'fenbo_http_requests_total{route="/r/{room}",status="404"} 1.0' in metrics
    assert 'fenbo_http_requests_total{route="unmatched",status="404"} 1.0' in metrics
    assert "north" not in metrics


async def test_ll_hls_counts_its_own_requests(shop):
    visitor = await shop.visitor()
    await visitor("GET", "/live/nothing/1/1.m4s")
    _, metrics = await visitor("GET", "/metrics")
    assert 'fenbo_hls_requests_total{resource="bytes",status="404"} 1.0' in metrics
    assert 'route="/live' not in metrics
