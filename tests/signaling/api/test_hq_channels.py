import time

from signaling.api.models_hq import ChannelHq, Link
from signaling.tokens import LinkClaims


async def test_a_channel_comes_with_a_room(shop):
    boss = await shop.visitor()
    await boss.log_in()
    status, channel = await boss("POST", "/api/v1/hq/channels", {"name": "Harbour", "room": "harbour"})
    assert status == 201
    assert ChannelHq.model_validate(channel).room_url == f"{shop.node.urls.http}/r/harbour"
    _, unnamed = await boss("POST", "/api/v1/hq/channels", {"name": "Somewhere"})
    assert (await boss("GET", f"/api/v1/rooms/{unnamed['room']}"))[0] == 200
    _, channels = await boss("GET", "/api/v1/hq/channels")
    assert [each["name"] for each in channels if each["house"]] == [channels[0]["name"]]
    assert {each["name"] for each in channels} > {"North", "South", "Harbour", "Somewhere"}


async def test_a_changed_notice_is_heard_in_the_room(shop):
    boss = await shop.visitor()
    await boss.log_in()
    member = await (await shop.visitor()).enter("north")
    path = f"/api/v1/hq/channels/{shop.north.channel}"
    status, channel = await boss("PATCH", path, {"notice": "Closing soon", "accent": "#112233"})
    assert (status, channel["notice"], channel["theme"]) == (200, "Closing soon", {"accent": "#112233"})
    assert (await member.wait_for("notice"))["text"] == "Closing soon"
    later = await (await shop.visitor()).socket("north")
    await later.hello()
    assert (await later.wait_for("snapshot"))["room"]["notice"] == "Closing soon"


async def test_a_link_brings_somebody_until_it_is_revoked(shop):
    boss = await shop.visitor()
    await boss.log_in()
    path = f"/api/v1/hq/channels/{shop.north.channel}/links"
    status, link = await boss("POST", path, {})
    assert (status, Link.model_validate(link).url) == (201, f"{shop.node.urls.http}/s/{link['code']}")
    assert (await boss("GET", f"/s/{link['code']}"))[0] == 302
    assert (await boss("DELETE", f"{path}/{link['code']}"))[0] == 204
    assert (await boss("GET", f"/s/{link['code']}"))[0] == 302, "it still leads into the room (MONEY section 2)"
    touches = shop.node.core.metrics.touches
    assert [touches.labels(outcome)._value.get() for outcome in ("noted", "revoked")] == [1, 1]


async def test_an_embedded_room_says_which_link_it_came_by(shop):
    boss, viewer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    await viewer.enter("south")
    (sharer,) = {member.viewer for member in shop.node.core.rooms.get("south").members}
    _, link = await boss("POST", f"/api/v1/hq/channels/{shop.north.channel}/links", {"sharer": sharer})
    address, _, token = link["embed_url"].partition("?t=")
    assert address == f"{shop.node.urls.http}/r/north"
    claims = shop.node.core.link_tokens.read(token, shop.merchant.merchant, "north", time.time())
    assert claims == LinkClaims(shop.merchant.merchant, "north", link["code"], sharer)
    assert (await boss("GET", f"/r/north?t={token}"))[0] == 200
    assert shop.node.core.metrics.touches.labels("noted")._value.get() == 2


async def test_bad_channels_name_the_field(shop):
    boss = await shop.visitor()
    await boss.log_in()
    channels, path = "/api/v1/hq/channels", f"/api/v1/hq/channels/{shop.north.channel}"
    bad = [
        ("POST", channels, {"name": ""}, 422, "name"),
        ("POST", channels, {"name": "x", "room": "No Spaces"}, 422, "room"),
        ("POST", channels, {"name": "x", "room": "north"}, 409, "room"),
        ("PATCH", path, {"accent": "red"}, 422, "accent"),
        ("PATCH", path, {"logo_url": "javascript:alert(1)"}, 422, "logo_url"),
        ("PATCH", path, {"merchant": 1}, 422, "merchant"),
        ("PATCH", f"{channels}/aaaaaaaaaaaaaaaa", {"name": "x"}, 404, "channel"),
        ("POST", f"{channels}/aaaaaaaaaaaaaaaa/links", {}, 404, "channel"),
        ("DELETE", f"{path}/links/nothere", None, 404, "code"),
    ]
    for method, address, body, expected, field in bad:
        status, problem = await boss(method, address, body)
        assert status == expected, (address, body, problem)
        assert field in [each["field"] for each in problem["errors"]], (body, problem)


async def test_many_channels_at_once(shop):
    boss = await shop.visitor()
    await boss.log_in()
    path = "/api/v1/hq/channels/many"
    body = {"channels": [{"name": "East", "room": "east"}, {"name": "West"}]}
    assert await boss("POST", path, body) == (201, {"count": 2})
    names = [channel["name"] for channel in (await boss("GET", "/api/v1/hq/channels"))[1]]
    assert names[-2:] == ["East", "West"]
    status, problem = await boss("POST", path, {"channels": [{"name": "New"}, {"name": "East", "room": "east"}]})
    assert (status, problem["errors"][0]["field"]) == (409, "channels[1].room")
    assert len((await boss("GET", "/api/v1/hq/channels"))[1]) == len(names)
