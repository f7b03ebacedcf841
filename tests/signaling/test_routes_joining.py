"""Every address of becoming a partner is described, but its page."""

from signaling.api.operations_joining import JOINING
from signaling.api.operations_staff import STAFF
from signaling.app import _handlers
from signaling.pages import Pages
from signaling.routes_joining import joining, staffing


async def test_what_is_described_is_served(shop):
    to = _handlers(shop.node.core, shop.node.urls, Pages([], "", "", ""))
    found = {(each.method.lower(), each.path) for each in joining(to.session.guard, to.joining, to.hq_joining)}
    assert found == {(each.method, each.path) for each in JOINING} | {("get", "/apply/{merchant}")}
    desk = {(each.method.lower(), each.path) for each in staffing(to.session.guard, to.desk_staff)}
    assert desk == {(each.method, each.path) for each in STAFF}
