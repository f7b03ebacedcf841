"""Which lines a decision moves; the whole way is in test_disputes."""

from commerce.commands import disputes as d
from commerce.store import tables
from commerce.store.ids import public_id


async def test_a_share_is_the_sharers_whoever_is_credited(money):
    shop, sharer, viewer = money.shop, public_id(), public_id()
    link = await money.shared(sharer, shop.store_b)
    await shop.enter(viewer, shop.room_a)
    await shop.enter(viewer, shop.room_b, link.code)
    order = await money.sold(viewer, shop.room_b)
    command = d.OpenDispute(money.merchant, shop.store_b.channel, "Mine", "bob", order=order.order)
    dispute = await money.execute(command)
    await money.execute(d.DecideDispute(money.merchant, dispute, "moved", "Yes", "boss"))
    found = {(line.kind, line.state, line.party) for line in await money.lines()}
    assert found == {
        ("order", "void", money.a),
        ("order", "frozen", money.b),
        ("share", "frozen", f"sharer:{sharer}"),
    }
    (tied,) = await money.rows(tables.moved_line)
    old, new = (line for line in await money.lines(kind="order"))
    assert (tied.from_line_id, tied.line_id) == (old.id, new.id)
