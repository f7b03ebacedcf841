"""What the API of moderation refuses; what it does is tested with the rooms in test_moderation."""

import pytest

HQ = "/api/v1/hq"
VIEWER = "v" * 16


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/words", {"words": []}, "words"),
        ("POST", "/words", {"words": ["ok", "!!!"]}, "words[1]"),
        ("PUT", "/rules", {"slow_seconds": 3601}, "slow_seconds"),
        ("PUT", "/rules", {"room": "No Room"}, "room"),
        ("POST", "/restrictions", {"viewer": "?", "kind": "ban"}, "viewer"),
        ("POST", "/restrictions", {"viewer": VIEWER, "kind": "silence"}, "kind"),
        ("POST", "/rooms/north/removals", {"epoch": "e", "offset": 0}, "offset"),
    ],
)
async def test_bad_bodies_name_their_field(shop, method, path, body, field):
    boss = await shop.visitor()
    await boss.log_in()
    status, problem = await boss(method, HQ + path, body)
    assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_a_strange_cursor(shop):
    boss = await shop.visitor()
    await boss.log_in()
    assert (await boss("GET", f"{HQ}/acts?cursor=x"))[0] == 422
