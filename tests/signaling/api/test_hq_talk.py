"""What the API of talk refuses; what it does is tested with the rooms in test_moderation."""

import pytest

HQ = "/api/v1/hq"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/questions/" + "a" * 16, {"answer": "x" * 1001}, "answer"),
        ("POST", "/held/" + "a" * 16, {}, "approved"),
        ("POST", "/appeals/" + "a" * 16, {"granted": "yes"}, "granted"),
        ("POST", "/announcements", {"text": " "}, "text"),
    ],
)
async def test_bad_bodies_name_their_field(shop, method, path, body, field):
    boss = await shop.visitor()
    await boss.log_in()
    status, problem = await boss(method, HQ + path, body)
    assert (status, problem["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("path", ["/held/" + "a" * 16, "/rooms/nowhere"])
async def test_what_is_not_there(shop, path):
    boss = await shop.visitor()
    await boss.log_in()
    method, body = ("POST", {"approved": True}) if "held" in path else ("GET", None)
    assert (await boss(method, HQ + path, body))[0] == 404
