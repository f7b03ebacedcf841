"""Every address where somebody says where he wants his money is described."""

from signaling.api.operations_payees import PAYEES
from signaling.app import _handlers
from signaling.pages import Pages
from signaling.routes_payees import payees


async def test_what_is_described_is_served(shop):
    to = _handlers(shop.node.core, shop.node.urls, Pages([], "", "", ""))
    found = {(each.method.lower(), each.path) for each in payees(to.session.guard, to.payees)}
    assert found == {(each.method, each.path) for each in PAYEES}
