import time

from relay.errors import Refused
from relay.source import Slot
from signaling.api.models_hq import NewStreamKey, Studio


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
    source.close()
    await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    try:
        await authorise(key, "10.0.0.7")
    except Refused as refused:
        assert refused.reason == "bad_key"
    else:
        raise AssertionError("the old key still opens the studio")


async def test_what_publishes_is_listed(shop):
    boss = await shop.visitor()
    await boss.log_in()
    broadcast = shop.node.core.hub.open(shop.show.show, str(shop.show.epoch))
    broadcast.attach(Slot.BACKUP, "10.0.0.7", time.monotonic_ns())
    _, studio = await boss("GET", "/api/v1/hq/studio")
    nothing = {"video": None, "audio": None, "gop_seconds": 0.0, "b_frames": False, "jitter_ms": 0.0, "warnings": []}
    assert studio["sources"] == [{"slot": "backup", "state": "waiting"} | nothing]


async def test_an_unknown_slot_is_named(shop):
    boss = await shop.visitor()
    await boss.log_in()
    status, problem = await boss("POST", "/api/v1/hq/studio/keys/third/rotate")
    assert (status, problem["errors"][0]["field"]) == (422, "slot")
