"""The node as a whole: what it tells, and how it goes."""

from commerce import events
from signaling.app import Ears


def test_facts_that_come_before_anybody_listens_are_kept_in_their_order():
    ears, first, second = Ears(), [], []
    facts = [events.StockChanged(1, "s", free) for free in range(3)]
    ears.tell(facts[0])
    ears.tell(facts[1])
    ears.open(first.append, second.append)
    ears.tell(facts[2])
    assert first == second == facts


async def test_when_the_node_stops_members_are_told(open_shop, tmp_path, password_hash):
    shop = await open_shop()
    member = await (await shop.visitor()).enter("north")
    shop.node.core.rooms.close_all(1001, "the server is going down")
    assert await member.closed() == 1001
