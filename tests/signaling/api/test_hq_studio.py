import io
import time
from datetime import UTC, datetime
from functools import partial

import pytest
from PIL import Image

from commerce import commands
from commerce.commands.studio import SLATE_BYTES_MAX
from relay.errors import Refused
from relay.source import Slot
from signaling.api.models_studio import NewStreamKey, Studio
from tests.signaling.patience import until


async def test_a_key_is_shown_once_and_the_old_one_stops(shop):
    boss = await shop.visitor()
    await boss.log_in()
    status, first = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    assert status == 200
    key = NewStreamKey.model_validate(first).stream_key
    _, body = await boss("GET", "/api/v1/hq/studio")
    studio = Studio.model_validate(body)
    assert key not in str(body)
    assert [(each.slot, key.endswith(each.hint)) for each in studio.keys] == [("primary", True)]
    assert studio.rtmp_url == shop.node.urls.rtmp
    authorise = shop.node.core.studio.authorise
    source = await authorise(key, "10.0.0.7")
    told = []
    source.on_close(told.append)
    await boss("POST", "/api/v1/hq/studio/keys/backup/rotate")
    assert source.state == "waiting", "the other slot's key is not its own"
    await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    assert (source.state, told) == ("closed", ["the stream key was changed"])
    try:
        await authorise(key, "10.0.0.7")
    except Refused as refused:
        assert refused.reason == "bad_key"
    else:
        raise AssertionError("the old key still opens the studio")


async def test_headquarters_lets_the_next_encoder_take_over(shop):
    boss = await shop.visitor()
    await boss.log_in()
    _, made = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    authorise = shop.node.core.studio.authorise
    first = await authorise(made["stream_key"], "10.0.0.7")
    assert (await boss("POST", "/api/v1/hq/studio/keys/primary/takeover"))[0] == 204
    assert first.state == "waiting", "it goes on until the other one is there"
    second = await authorise(made["stream_key"], "10.0.0.8")
    assert (first.state, second.state) == ("closed", "waiting")
    with pytest.raises(Refused, match="another encoder"):
        await authorise(made["stream_key"], "10.0.0.7")


async def test_what_publishes_is_listed(shop):
    boss = await shop.visitor()
    await boss.log_in()
    broadcast = shop.node.core.hub.open(shop.show.show, str(shop.show.epoch))
    broadcast.attach(Slot.BACKUP, "10.0.0.7", time.monotonic_ns())
    _, studio = await boss("GET", "/api/v1/hq/studio")
    nothing = {"video": None, "audio": None, "gop_seconds": 0.0, "b_frames": False, "jitter_ms": 0.0}
    nothing |= {"warnings": [], "advice": []}
    assert studio["sources"] == [{"slot": "backup", "state": "waiting", "encoder": "10.0.0.7"} | nothing]


async def test_an_unknown_slot_is_named(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for action in ("rotate", "takeover"):
        status, problem = await boss("POST", f"/api/v1/hq/studio/keys/third/{action}")
        assert (status, problem["errors"][0]["field"]) == (422, "slot")


async def seen(boss):
    return Studio.model_validate((await boss("GET", "/api/v1/hq/studio"))[1])


@pytest.fixture
async def boss(shop):
    made = await shop.visitor()
    await made.log_in()
    return made


async def test_a_keys_limits_show_whoever_uses_it_out(shop, boss):
    _, made = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    source = await shop.node.core.studio.authorise(made["stream_key"], "10.0.0.7")
    path = "/api/v1/hq/studio/keys/primary"
    status, key = await boss("PUT", path, {"valid_until": "2199-01-01T00:00:00Z", "show": shop.show.show})
    assert (status, key["valid_until"], key["only_show"]) == (200, "2199-01-01T00:00:00.000Z", shop.show.show)
    assert source.state == "waiting", "it is good for this show"
    assert (await boss("PUT", path, {"valid_until": "2020-01-01T00:00:00Z"}))[0] == 200
    assert (source.state, source.closed_because) == ("closed", "this stream key is not valid any more")
    for limits, reason in (
        ({"valid_until": "2020-01-01T00:00:00Z"}, "key_expired"),
        ({"valid_from": "2199-01-01T00:00:00Z"}, "key_early"),
    ):
        await boss("PUT", path, limits)
        with pytest.raises(Refused) as refused:
            await shop.node.core.studio.authorise(made["stream_key"], "10.0.0.7")
        assert refused.value.reason == reason
    await boss("PUT", path, {})
    assert (await shop.node.core.studio.authorise(made["stream_key"], "10.0.0.7")).slot == "primary"


async def test_a_key_that_runs_out_while_it_is_used(shop, boss):
    _, made = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    source = await shop.node.core.studio.authorise(made["stream_key"], "10.0.0.7")
    past = commands.LimitStreamKey(shop.merchant.id, "primary", valid_until=datetime(2020, 1, 1, tzinfo=UTC))
    await shop.do(past)  # not by this page: nobody is told
    await until(lambda: source.state == "closed")


async def test_a_revoked_key_is_gone(shop, boss):
    _, made = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    source = await shop.node.core.studio.authorise(made["stream_key"], "10.0.0.7")
    assert (await boss("DELETE", "/api/v1/hq/studio/keys/primary"))[0] == 204
    assert source.closed_because == "the stream key was revoked"
    assert (await seen(boss)).keys == []
    status, problem = await boss("PUT", "/api/v1/hq/studio/keys/primary", {})
    assert (status, problem["errors"][0]["field"]) == (404, "slot")


async def shows(boss, what):
    return (await seen(boss)).on == what


async def retrying(boss):
    return (await seen(boss)).restreams[0].state == "retrying"


async def test_people_choose_the_source_and_the_way_back(shop, boss):
    await until(partial(shows, boss, "slate"))
    _, studio = await boss("PATCH", "/api/v1/hq/studio", {"back": "manual", "on": "backup"})
    assert (studio["back"], studio["chosen"]) == ("manual", "backup")
    assert shop.node.core.hub.get(shop.show.show).sources.chosen is Slot.BACKUP
    _, studio = await boss("PATCH", "/api/v1/hq/studio", {"on": "automatic"})
    assert (studio["back"], studio["chosen"]) == ("manual", None)
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    status, problem = await boss("PATCH", "/api/v1/hq/studio", {"on": "backup"})
    assert (status, problem["errors"][0]["field"]) == (409, "on")


async def test_what_viewers_see_is_told(shop, boss):
    await until(partial(shows, boss, "slate"))


def png(size=(320, 180)):
    file = io.BytesIO()
    Image.new("RGB", size, (9, 99, 9)).save(file, "PNG")
    return file.getvalue()


async def test_a_slate_is_put_tried_and_removed(shop, boss):
    path = "/api/v1/hq/studio/slates/waiting"
    headers = boss.headers | {"Content-Type": "image/png"}
    assert (await boss("PUT", path, data=png(), headers=headers))[0] == 204
    assert (await seen(boss)).slates == ["waiting"]
    for data, kind, status in (
        (b"nothing of the kind", "image/png", 422),
        (png(), "image/gif", 415),
        (bytes(SLATE_BYTES_MAX + 1), "image/png", 413),
    ):
        found, problem = await boss("PUT", path, data=io.BytesIO(data), headers=boss.headers | {"Content-Type": kind})
        assert found == status, problem
    assert (await boss("PUT", f"{path[:-7]}bored", data=png(), headers=headers))[0] == 422
    assert (await boss("DELETE", path))[0] == 204
    assert (await seen(boss)).slates == []


async def test_restreams_are_set_without_ever_showing_their_url(shop, boss):
    path, url = "/api/v1/hq/studio/restreams/other", "rtmp://127.0.0.1:1/live/a-secret-key"
    status, problem = await boss("PUT", path, {"url": url})
    assert (status, problem["errors"][0]["field"]) == (422, "url")  # inside, and that is not allowed
    shop.node.core.restreams.private_targets = True
    status, made = await boss("PUT", path, {"url": url})
    assert (status, made["host"], made["enabled"]) == (200, "127.0.0.1", True)
    await until(partial(retrying, boss))
    assert "onnect" in (await seen(boss)).restreams[0].problem
    assert "a-secret-key" not in str(await boss("GET", "/api/v1/hq/studio"))
    assert (await boss("PATCH", path, {"enabled": False}))[1]["state"] == "off"
    assert (await boss("DELETE", path))[0] == 204
    assert (await seen(boss)).restreams == []
    status, problem = await boss("PUT", path, {"url": "http://a/b/a-secret-key"})
    assert (status, problem["errors"][0]["field"]) == (422, "url")
    assert "a-secret-key" not in str(problem)
