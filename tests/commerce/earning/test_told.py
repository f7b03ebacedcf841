"""What the log is told of orders: each party its own lines, nobody the buyer."""

import json

from commerce.store import tables
from commerce.store.ids import public_id


async def test_every_party_is_told_of_its_own_lines_and_no_leaf_of_an_order_names_the_buyer(money_tree):
    money, room = money_tree
    viewer, sharer = public_id(), public_id()
    link = await money.shared(sharer, room)
    await money.shop.enter(viewer, room.room, link.code)
    await money.sold(viewer, room.room)
    leaves = await money.rows(tables.log_leaf)
    told = [(leaf.party.partition(":")[0], leaf.kind) for leaf in leaves if leaf.kind in ("order", "commission")]
    assert told == [("channel", "order"), ("channel", "commission"), ("sharer", "commission")] * 2
    assert not [leaf for leaf in leaves if leaf.kind in ("order", "commission") and viewer in leaf.body]
    owner, parent, share = (json.loads(leaf.body)["lines"] for leaf in leaves[-3:])
    assert [[line["amount_minor"] for line in lines] for lines in (owner, parent, share)] == [[990], [198], [495]]
    assert {line["state"] for lines in (owner, parent, share) for line in lines} == {"frozen"}
