import asyncio

import aiohttp

from signaling.ops import READY_SECONDS, Ops


async def test_health_readiness_and_metrics(shop):
    visitor = await shop.visitor()
    assert await visitor("GET", "/healthz") == (200, "ok\n")
    assert await visitor("GET", "/readyz") == (200, {"database": "ok", "rtmp": "ok"})
    member = await visitor.enter("north")
    _, metrics = await visitor("GET", "/metrics")
    assert "fenbo_room_members 1.0" in metrics
    await member.ws.close()


async def test_a_part_that_does_not_work_is_named(aiohttp_client, shop):
    async def broken():
        raise OSError("disk full")

    async def fine():
        pass

    app = aiohttp.web.Application()
    app.add_routes(Ops(shop.node.core.metrics, {"database": broken, "rtmp": fine}).routes())
    client = await aiohttp_client(app)
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert await answer.json() == {"database": "OSError", "rtmp": "ok"}


async def test_however_often_readiness_is_asked_it_is_looked_at_once_a_second(aiohttp_client, shop):
    now, looks = [100.0], []

    async def look():
        looks.append(now[0])

    app = aiohttp.web.Application()
    app.add_routes(Ops(shop.node.core.metrics, {"database": look}, clock=lambda: now[0]).routes())
    client = await aiohttp_client(app)
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
    assert {answer.status for answer in answers} == {200}
    assert looks == [100.0]
    now[0] += READY_SECONDS
    await client.get("/readyz")
    assert len(looks) == 2


async def test_operations_can_have_a_port_of_their_own(open_shop):
    shop = await open_shop("--metrics.port=0")
    visitor = await shop.visitor()
    assert (await visitor("GET", "/metrics"))[0] == 404
    async with visitor.client.get(f"http://127.0.0.1:{shop.node.ports.ops}/metrics") as answer:
        assert "fenbo_room_members" in await answer.text()
