"""Every address around sharers is described."""

from signaling.api.operations_sharers import SHARERS
from signaling.app import _handlers
from signaling.pages import Pages
from signaling.routes_sharers import sharers


async def test_what_is_described_is_served(shop):
    to = _handlers(shop.node.core, shop.node.urls, Pages([], "", "", ""))
    found = {(each.method.lower(), each.path) for each in sharers(to.session.guard, to.sharers)}
    assert found == {(each.method, each.path) for each in SHARERS}
