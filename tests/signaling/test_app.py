"""The node as a whole: what it tells, and how it goes."""

import pytest

from commerce import events
from config.settings import HttpSettings
from signaling.app import Ears, _urls


def test_facts_that_come_before_anybody_listens_are_kept_in_their_order():
    ears, first, second = Ears(), [], []
    facts = [events.StockChanged(1, "s", free) for free in range(3)]
    ears.tell(facts[0])
    ears.tell(facts[1])
    ears.open(first.append, second.append)
    ears.tell(facts[2])
    assert first == second == facts


@pytest.mark.parametrize(
    ("settings", "http", "rtmp"),
    [
        (HttpSettings(), "http://127.0.0.1:81", "rtmp://127.0.0.1:82/live"),
        (HttpSettings(host="::"), "http://[::1]:81", "rtmp://[::1]:82/live"),
        (HttpSettings(host="10.0.0.1"), "http://10.0.0.1:81", "rtmp://10.0.0.1:82/live"),
        (HttpSettings(public_url="https://live.example/"), "https://live.example", "rtmp://live.example:82/live"),
    ],
)
def test_how_people_reach_it(settings, http, rtmp):
    urls = _urls(settings, 81, 82)
    assert (urls.http, urls.rtmp) == (http, rtmp)


async def test_when_the_node_stops_members_are_told(open_shop, tmp_path, password_hash):
    shop = await open_shop()
    member = await (await shop.visitor()).enter("north")
    shop.node.core.rooms.close_all(1001, "the server is going down")
    assert await member.closed() == 1001
