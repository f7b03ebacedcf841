"""What a viewer does in a room, over REST: look, fill the cart, order, pay."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, questions
from commerce import views as commerce_views
from commerce.money import Money as Amount
from commerce.service import Commerce
from commerce.times import to_ms
from signaling.api import shapes
from signaling.api.body import answer, read, rendered
from signaling.api.customers import contact_in
from signaling.api.models import CartQuantity, Checkout, Orders
from signaling.api.models_talk import AppealNew, AppealView
from signaling.api.order_json import order_json
from signaling.api.paging import link, page
from signaling.doubts import is_doubtful
from signaling.errors import BadBody
from signaling.rooms import Rooms
from signaling.viewers import FRESH, Viewers


class RoomApi:
    """/api/v1/rooms/... and /api/v1/orders/..., always for the viewer of the cookie or bearer token."""

    def __init__(self, commerce: Commerce, rooms: Rooms, viewers: Viewers) -> None:
        self._commerce = commerce
        self._rooms = rooms
        self._viewers = viewers

    async def room(self, request: web.Request) -> web.Response:
        name = request.match_info["room"]
        facts = await self._rooms.load(name)
        self._viewers.of(request)
        counts = self._rooms.viewers(facts.merchant)
        seen = {"viewers": counts.get(name, 0), "total_viewers": sum(counts.values())}
        return answer(facts.view.model_copy(update=seen))

    async def cart(self, request: web.Request) -> web.Response:
        viewer, room = self._viewers.of(request), request.match_info["room"]
        return answer(shapes.cart(await self._commerce.ask(questions.cart, viewer, room)))

    async def set_cart(self, request: web.Request) -> web.Response:
        body = await read(request, CartQuantity)
        viewer, match = self._viewers.of(request), request.match_info
        command = commands.SetCartLine(viewer, match["room"], match["sku"], body.quantity)
        return answer(shapes.cart(await self._commerce.execute(command)))

    async def place(self, request: web.Request) -> web.Response:
        """201 for a new order, 200 for one that this very body has placed before."""
        body = await read(request, Checkout)
        viewer, room = self._viewers.of(request), request.match_info["room"]
        contact = await self._contact(viewer, room, body)
        entered, newcomer = not is_doubtful(request, room), FRESH in request
        command = _place_order(viewer, room, body, contact, entered=entered, newcomer=newcomer)
        order = await self._commerce.execute(command)
        return rendered(order_json(order), status=200 if order.replayed else 201)

    async def _contact(self, viewer: str, room: str, body: Checkout) -> commerce_views.Contact:
        """Typed in, or of the viewer's own address book: one of the two."""
        if body.contact is not None and body.address is None:
            return commerce_views.Contact(body.contact.name, body.contact.phone, body.contact.address)
        if body.address is None or body.contact is not None:
            raise BadBody("say where the goods go", [("contact", "give a contact, or an address of the book")])
        found = await self._commerce.ask(questions.customer_address, viewer, room, body.address)
        return contact_in(self._commerce, found)

    async def orders(self, request: web.Request) -> web.Response:
        viewer, room = self._viewers.of(request), request.match_info["room"]
        found = await self._commerce.ask(questions.viewer_orders, viewer, room, page(request))
        response = answer(Orders(orders=[shapes.order(order) for order in found]))
        link(request, response)
        return response

    async def order(self, request: web.Request) -> web.Response:
        viewer = self._viewers.of(request)
        return answer(
            shapes.order(await self._commerce.ask(questions.viewer_order, viewer, request.match_info["order"]))
        )

    async def appeal(self, request: web.Request) -> web.Response:
        body = await read(request, AppealNew)
        command = commands.Appeal(self._viewers.of(request), request.match_info["room"], body.text)
        found = await self._commerce.execute(command)
        return answer(AppealView(state=found.state, answer=found.answer), status=201)


def _place_order(
    viewer: str, room: str, body: Checkout, contact: commerce_views.Contact, *, entered: bool, newcomer: bool
) -> commands.PlaceOrder:
    lines, shown = None, None
    if body.picture_at is not None and body.picture_at.tzinfo is not None:
        shown = to_ms(body.picture_at)
    if body.lines is not None:
        lines = tuple(commands.Wanted(line.sku, line.quantity, line.sale) for line in body.lines)
    total = None if body.total is None else Amount(body.total.minor, body.total.currency)
    key, note = body.client_order_id, body.note
    return commands.PlaceOrder(viewer, room, key, contact, lines, note, entered, shown, total, newcomer)
