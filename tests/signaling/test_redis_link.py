"""Which node is listened to; that it is one, and what happens when it dies, is in test_bus_redis."""

from types import SimpleNamespace

import pytest

from signaling.redis_link import Link


@pytest.mark.parametrize(
    ("url", "ends"),
    [
        ("redis://seed:7000", ["redis://10.0.0.1:7001", "redis://10.0.0.2:7002", "redis://[fd00::3]:7003"]),
        ("rediss://me:pw@seed:7000", ["rediss://me:pw@10.0.0.1:7001", "rediss://me:pw@10.0.0.2:7002"]),
    ],
)
async def test_the_nodes_of_a_cluster_take_turns(url, ends):
    link = Link(url, cluster=True)
    nodes = [("fd00::3", 7003), ("10.0.0.1", 7001), ("10.0.0.2", 7002)]
    cluster = SimpleNamespace(get_primaries=lambda: [SimpleNamespace(host=host, port=port) for host, port in nodes])
    assert [link._next_url(cluster) for _ in ends] == ends
    await link.close()


async def test_while_no_node_is_known_it_is_the_configured_one():
    link = Link("redis://seed:7000", cluster=True)
    assert link._next_url(SimpleNamespace(get_primaries=list)) == "redis://seed:7000"
    await link.close()


async def test_a_server_alone_takes_commands_and_is_listened_to(redis):
    link = Link(redis.url, cluster=False)
    assert not link.is_cluster
    await link.listen_again([])
    await link.client.set("fenbo:link", "1")
    await link.close()
