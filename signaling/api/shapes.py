"""Commerce's answers in the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commerce import views
from commerce.money import Money as Amount
from commerce.times import aware, aware_or_none
from signaling.api import models, models_goods, models_hq

PAYMENT_STATES: dict[str, models.PaymentState] = {"timed_out": "expired"}  # other states are called the same
MediaUrl = Callable[[str], str | None]  # a show's LL-HLS address, or None while nothing can be played


def money(amount: Amount) -> models.Money:
    """An amount."""
    return models.Money(minor=amount.minor, currency=amount.currency)


def channel_ref(channel: views.ChannelRef) -> models.ChannelRef:
    """A channel, by id and name."""
    return models.ChannelRef(id=channel.id, name=channel.name)


def show_view(show: views.Show, room: str | None, hls: MediaUrl) -> models.ShowView:
    """A show as viewers see it: media only while it is on. `room` None: without a WHEP address."""
    url = hls(show.show) if show.state in ("live", "paused") else None
    whep = f"/r/{room}/whep" if room is not None and url is not None else None
    return models.ShowView(
        id=show.show,
        title=show.title,
        state=show_state(show),
        starts_at=show.starts_at,
        hls=url,
        whep=whep,
        replay=show.replay and show.state == "ended",
    )


def show_state(show: views.Show) -> models.ShowState:
    """The state, in the words of the API."""
    state: models.ShowState = show.state  # type: ignore[assignment]  # commerce keeps the same words; pydantic checks
    return state


def sku_view(sku: views.Sku) -> models.SkuView:
    """A SKU, as viewers see it."""
    return models.SkuView(
        sku=sku.sku,
        name=sku.name,
        price=money(sku.price),
        free=sku.free,
        per_buyer_max=sku.per_buyer_max,
        per_order_max=sku.per_order_max,
        sale=None if sku.sale is None else models.SaleView(**_sale(sku.sale)),
    )


def _sale(sale: views.Sale) -> dict[str, Any]:
    names = ("sale", "quantity", "left", "per_buyer_max", "starts_at", "ends_at")
    return {"price": money(sale.price)} | {name: getattr(sale, name) for name in names}


def sale_hq(sale: views.Sale) -> models_hq.SaleHq:
    """A flash sale with what it is of."""
    names = ("show", "sku", "sku_name", "product_name", "withdrawn")
    return models_hq.SaleHq(**_sale(sale), **{name: getattr(sale, name) for name in names})


def shelf(items: tuple[views.ShelfItem, ...]) -> list[models.ShelfItem]:
    """A show's shelf."""
    return [
        models.ShelfItem(
            product=item.product.product,
            name=item.product.name,
            description=item.product.description,
            image_url=item.product.image_url,
            position=item.position,
            pinned=item.pinned,
            skus=[sku_view(sku) for sku in item.product.skus],
        )
        for item in items
    ]


def room_view(room: views.Room, hls: MediaUrl, *, webrtc: bool) -> models.RoomView:
    """Without counts: who is in the room is not commerce's to know. `webrtc`: whether viewers are offered it."""
    return models.RoomView(
        room=room.room,
        name=room.name,
        logo_url=room.logo_url,
        cover_url=room.cover_url,
        notice=room.notice,
        welcome=room.welcome,
        theme=models.Theme(accent=room.accent),
        channel=channel_ref(room.channel),
        state=room.channel_state,
        merchant=models.MerchantRef(name=room.merchant.name),
        language=room.merchant.language,
        currency=room.merchant.currency,
        webrtc=webrtc,
        show=None if room.show is None else show_view(room.show, room.room if webrtc else None, hls),
        shelf=shelf(room.shelf),
        hidden=sorted(room.hidden),
        viewers=0,
        total_viewers=0,
    )


def cart(found: views.Cart) -> models.Cart:
    """A cart."""
    lines = [
        models.CartLine(
            sku=line.sku,
            name=line.name,
            product_name=line.product_name,
            image_url=line.image_url,
            quantity=line.quantity,
            price=money(line.price),
            amount=money(line.amount),
            free=line.free,
        )
        for line in found.lines
    ]
    return models.Cart(lines=lines, total=money(found.total))


def order(found: views.Order) -> models.Order:
    """An order."""
    return models.Order(
        order=found.order,
        room=found.room,
        room_channel=channel_ref(found.room_channel),
        owner_channel=channel_ref(found.owner_channel),
        state=found.state,
        created_at=found.created_at,
        lines=[_order_line(line) for line in found.lines],
        total=money(found.total),
        refunded=money(found.refunded),
        payment=_payment(found.payment),
    )


def order_hq(found: views.Order, contact: views.Contact) -> models_hq.OrderHq:
    """An order with what only HQ sees; `contact` as the reader may see it."""
    shown = models_hq.ContactView(name=contact.name, phone=contact.phone, address=contact.address)
    seen = {name: getattr(each, name) for each in (order(found),) for name in models.Order.model_fields}
    return models_hq.OrderHq(**seen, contact=shown, note=found.note, evidence=_evidence(found))


def _evidence(order: views.Order) -> models_hq.EvidenceHq | None:
    found = order.evidence
    if found is None:
        return None
    return models_hq.EvidenceHq(
        show=found.show,
        show_seconds=None if found.show_ms is None else found.show_ms / 1000,
        pinned=[models_hq.PinnedThen(product=product, name=name) for product, name in found.pinned],
        picture_at=None if found.picture_at is None else aware(found.picture_at),
    )


def _order_line(line: views.OrderLine) -> models.OrderLine:
    return models.OrderLine(
        sku=line.sku,
        name=line.name,
        product_name=line.product_name,
        quantity=line.quantity,
        price=money(line.price),
        amount=money(line.amount),
        refunded=line.refunded,
    )


def _payment(payment: views.Payment) -> models.PaymentView:
    return models.PaymentView(
        payment=payment.payment,
        provider=payment.provider,
        state=PAYMENT_STATES.get(payment.state, payment.state),
        expires_at=payment.expires_at,
    )


def show_hq(show: views.Show, items: tuple[views.ShelfItem, ...], hls: MediaUrl) -> models_hq.ShowHq:
    """With the preview's address even before the show is on."""
    return models_hq.ShowHq(
        id=show.show,
        title=show.title,
        state=show_state(show),
        starts_at=show.starts_at,
        hls=hls(show.show),
        shelf=shelf(items),
    )


def channel_hq(channel: views.Channel, url: str) -> models_hq.ChannelHq:
    """`url` is the installation's, without a slash at its end."""
    ahead = channel.announced
    return models_hq.ChannelHq(
        channel=channel.channel,
        name=channel.name,
        room=channel.room,
        room_url=f"{url}/r/{channel.room}",
        state=channel.state,
        house=channel.house,
        logo_url=channel.logo_url,
        cover_url=channel.cover_url,
        notice=channel.notice,
        welcome=channel.welcome,
        theme=models.Theme(accent=channel.accent),
        parent=channel.parent,
        level=channel.level,
        reason=channel.reason,
        passes_at=aware_or_none(channel.passes_at),
        announced=ahead and models.LevelAhead(level=ahead[0], since=aware(ahead[1])),
    )


def sku_hq(sku: views.Sku) -> models_goods.SkuHq:
    """A SKU with its stock."""
    return models_goods.SkuHq(
        sku=sku.sku,
        name=sku.name,
        price=money(sku.price),
        received=sku.received,
        reserved=sku.reserved,
        sold=sku.sold,
        free=sku.free,
        per_buyer_max=sku.per_buyer_max,
        per_order_max=sku.per_order_max,
    )


def product_hq(product: views.Product) -> models_goods.ProductHq:
    """A product of the catalogue."""
    return models_goods.ProductHq(
        product=product.product,
        name=product.name,
        description=product.description,
        image_url=product.image_url,
        on_sale=product.on_sale,
        hideable=product.hideable,
        skus=[sku_hq(sku) for sku in product.skus],
    )


def overview(found: views.Overview, viewers: Mapping[str, int], hls: MediaUrl) -> models_hq.Overview:
    """`viewers` counts members by room."""
    show = None
    if found.show is not None:
        show = models_hq.OverviewShow(
            id=found.show.show,
            title=found.show.title,
            state=show_state(found.show),
            starts_at=found.show.starts_at,
            hls=hls(found.show.show),
        )
    channels = [
        models_hq.ChannelFigures(
            channel=sales.channel,
            name=sales.name,
            room=sales.room,
            viewers=viewers.get(sales.room, 0),
            orders=sales.orders,
            paid=money(sales.paid),
        )
        for sales in found.channels
    ]
    orders = [order(each) for each in found.latest_orders]
    return models_hq.Overview(show=show, viewers=sum(viewers.values()), channels=channels, latest_orders=orders)
