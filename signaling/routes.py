"""Every address of this server on one screen (DESIGN section 7)."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from signaling import permissions as may
from signaling.api.async_describe import AsyncApi
from signaling.api.cases import CaseApi
from signaling.api.customers import CustomerApi
from signaling.api.describe import OpenApi
from signaling.api.desk import DeskApi
from signaling.api.desk_partners import DeskPartners
from signaling.api.desk_staff import DeskStaff
from signaling.api.desk_talk import DeskTalk
from signaling.api.hiding import HidingApi
from signaling.api.hq_cases import HqCases
from signaling.api.hq_channels import HqChannels
from signaling.api.hq_goods import HqGoods
from signaling.api.hq_guard import HqGuard
from signaling.api.hq_joining import HqJoining
from signaling.api.hq_moderation import HqModeration
from signaling.api.hq_money import HqMoney
from signaling.api.hq_orders import HqOrders
from signaling.api.hq_partners import HqPartners
from signaling.api.hq_payments import HqPayments
from signaling.api.hq_programs import HqPrograms
from signaling.api.hq_sales import HqSales
from signaling.api.hq_session import HqSession
from signaling.api.hq_shows import HqShows
from signaling.api.hq_studio import HqStudio
from signaling.api.hq_talk import HqTalk
from signaling.api.joining import JoiningApi
from signaling.api.links import LinkApi
from signaling.api.once import ViewersOnce
from signaling.api.payees import PayeeApi
from signaling.api.payments import PaymentsApi, SandboxApi
from signaling.api.proofs import ProofApi
from signaling.api.rooms import RoomApi
from signaling.api.sharers import SharerApi
from signaling.hq_ws import HqSocket
from signaling.images import ROUTE as IMAGE
from signaling.images import Images
from signaling.pages import Pages
from signaling.posters import Posters
from signaling.replays import Replays
from signaling.routes_joining import joining, staffing
from signaling.routes_payees import payees
from signaling.routes_sharers import links, sharers
from signaling.routes_talking import desk_talking, talking
from signaling.viewers import Viewers
from signaling.visits import Visits
from signaling.ws import RoomSocket


@dataclass(frozen=True, slots=True)
class Handlers:
    """Whoever answers."""

    viewers: Viewers
    once: ViewersOnce
    pages: Pages
    visits: Visits
    socket: RoomSocket
    rooms: RoomApi
    customers: CustomerApi
    cases: CaseApi
    sandbox: SandboxApi
    payments: PaymentsApi
    session: HqSession
    studio: HqStudio
    shows: HqShows
    replays: Replays
    channels: HqChannels
    goods: HqGoods
    images: Images
    orders: HqOrders
    hq_cases: HqCases
    sales: HqSales
    programs: HqPrograms
    hq_socket: HqSocket
    talk: HqTalk
    moderation: HqModeration
    posters: Posters
    money: HqMoney
    tills: HqPayments
    guard: HqGuard
    desk: DeskApi
    partners: HqPartners
    desk_partners: DeskPartners
    joining: JoiningApi
    hq_joining: HqJoining
    desk_staff: DeskStaff
    payees: PayeeApi
    sharers: SharerApi
    links: LinkApi
    desk_talk: DeskTalk
    proofs: ProofApi
    hiding: HidingApi
    describe: OpenApi
    describe_sockets: AsyncApi


def routes(to: Handlers) -> list[web.RouteDef]:
    """The table. LL-HLS, WHIP, WHEP, assets and operations bring their own routes."""
    return [
        *_pages(to),
        *_viewers(to),
        *_customers(to),
        *_cases(to),
        *_hq_house(to),
        *_hq_studio(to),
        *_hq_sales(to),
        *_hq_orders(to),
        *_hq_programs(to),
        *talking(to.session.guard, to.talk, to.moderation),
        *desk_talking(to.session.guard, to.desk_talk),
        *_hq_money(to),
        *_partners(to),
        *joining(to.session.guard, to.joining, to.hq_joining),
        *staffing(to.session.guard, to.desk_staff),
        *payees(to.session.guard, to.payees),
        *sharers(to.session.guard, to.sharers),
        *links(to.session.guard, to.links),
        *_hq_payments(to),
        *_hq_guard(to),
        *_desk(to),
        *_proofs(to),
    ]


def _pages(to: Handlers) -> list[web.RouteDef]:
    return [
        web.get("/r/{room}", to.visits.room),
        web.get("/r/{room}/ws", to.socket.connect),
        web.get("/r/{room}/live.m3u8", to.visits.playlist),
        web.get("/s/{code}", to.visits.short_link),
        web.get("/s/{code}/qr.svg", to.posters.qr),
        web.get("/s/{code}/poster.png", to.posters.poster),
        web.get(IMAGE, to.images.get),
        web.get("/hq", to.visits.hq),
        web.get("/hq/ws", to.hq_socket.connect),
        web.get("/openapi.json", to.describe.get),
        web.get("/asyncapi.json", to.describe_sockets.get),
    ]


def _viewers(to: Handlers) -> list[web.RouteDef]:
    return [
        # Addresses under one prefix are tried in their order: what a sale asks a thousand times a second is first.
        web.post("/api/v1/rooms/{room}/orders", to.once(to.rooms.place)),
        web.get("/api/v1/rooms/{room}/orders", to.rooms.orders),
        web.get("/api/v1/rooms/{room}", to.rooms.room),
        web.get("/api/v1/rooms/{room}/replay", to.replays.of_room),
        web.get("/api/v1/rooms/{room}/cart", to.rooms.cart),
        web.put("/api/v1/rooms/{room}/cart/{sku}", to.rooms.set_cart),
        web.post("/api/v1/rooms/{room}/appeal", to.once(to.rooms.appeal)),
        web.post("/api/v1/rooms/{room}/share", to.once(to.posters.share)),
        web.get("/api/v1/orders/{order}", to.rooms.order),
        web.post("/api/v1/payments/sandbox/webhook", to.sandbox.webhook),
        web.get("/api/v1/payments/{payment}/ways", to.payments.ways),
        web.post("/api/v1/payments/{payment}/begin", to.once(to.payments.begin)),
        web.post("/api/v1/payments/{provider}/{merchant}/webhook", to.payments.webhook),
        web.post("/api/v1/payments/sandbox/{payment}", to.once(to.sandbox.pay)),
    ]


def _cases(to: Handlers) -> list[web.RouteDef]:
    hq, cases, desk = to.session.guard, to.cases, to.hq_cases
    return [
        web.get("/api/v1/orders/{order}/cases", cases.cases),
        web.post("/api/v1/orders/{order}/cases", to.once(cases.ask)),
        web.post("/api/v1/cases/{case}/send", to.once(cases.send)),
        web.post("/api/v1/cases/{case}/withdraw", to.once(cases.withdraw)),
        web.get("/api/v1/hq/cases", hq(may.SEE_ORDERS, desk.cases)),
        web.get("/api/v1/hq/cases/{case}", hq(may.SEE_ORDERS, desk.case)),
        web.post("/api/v1/hq/cases/{case}/agree", hq(may.REFUND_ORDERS, desk.agree)),
        web.post("/api/v1/hq/cases/{case}/refuse", hq(may.REFUND_ORDERS, desk.refuse)),
        web.post("/api/v1/hq/cases/{case}/receive", hq(may.REFUND_ORDERS, desk.receive)),
    ]


def _customers(to: Handlers) -> list[web.RouteDef]:
    customers = to.customers
    return [
        web.get("/api/v1/rooms/{room}/customer", customers.customer),
        web.post("/api/v1/rooms/{room}/login/code", customers.ask_code),
        web.post("/api/v1/rooms/{room}/login", customers.log_in),
        web.post("/api/v1/rooms/{room}/logout", customers.log_out),
        web.post("/api/v1/rooms/{room}/addresses", to.once(customers.add_address)),
        web.get("/api/v1/rooms/{room}/addresses/{address}", customers.address),
        web.put("/api/v1/rooms/{room}/addresses/{address}", customers.change_address),
        web.delete("/api/v1/rooms/{room}/addresses/{address}", customers.remove_address),
    ]


def _hq_house(to: Handlers) -> list[web.RouteDef]:
    hq = to.session.guard
    return [
        web.post("/api/v1/hq/login", to.session.login),
        web.post("/api/v1/hq/logout", hq(None, to.session.logout)),
        web.get("/api/v1/hq/me", hq(None, to.session.me)),
    ]


def _hq_studio(to: Handlers) -> list[web.RouteDef]:
    hq = to.session.guard
    return [
        web.get("/api/v1/hq/studio", hq(may.SEE_STUDIO, to.studio.studio)),
        web.patch("/api/v1/hq/studio", hq(may.RUN_SHOWS, to.studio.change)),
        web.post("/api/v1/hq/studio/keys/{slot}/rotate", hq(may.ROTATE_KEYS, to.studio.rotate)),
        web.post("/api/v1/hq/studio/keys/{slot}/takeover", hq(may.RUN_SHOWS, to.studio.take_over)),
        web.put("/api/v1/hq/studio/keys/{slot}", hq(may.ROTATE_KEYS, to.studio.limit)),
        web.delete("/api/v1/hq/studio/keys/{slot}", hq(may.ROTATE_KEYS, to.studio.revoke)),
        web.put("/api/v1/hq/studio/slates/{cause}", hq(may.RUN_SHOWS, to.studio.put_slate)),
        web.delete("/api/v1/hq/studio/slates/{cause}", hq(may.RUN_SHOWS, to.studio.remove_slate)),
        web.put("/api/v1/hq/studio/restreams/{name}", hq(may.ROTATE_KEYS, to.studio.put_restream)),
        web.patch("/api/v1/hq/studio/restreams/{name}", hq(may.ROTATE_KEYS, to.studio.switch_restream)),
        web.delete("/api/v1/hq/studio/restreams/{name}", hq(may.ROTATE_KEYS, to.studio.remove_restream)),
    ]


def _hq_orders(to: Handlers) -> list[web.RouteDef]:
    hq = to.session.guard
    return [
        web.get("/api/v1/hq/sales", hq(may.SEE_GOODS, to.sales.sales)),
        web.post("/api/v1/hq/shows/{show}/sales", hq(may.RUN_SHOWS, to.sales.announce)),
        web.post("/api/v1/hq/sales/{sale}/withdraw", hq(may.RUN_SHOWS, to.sales.withdraw)),
        web.get("/api/v1/hq/orders", hq(may.SEE_ORDERS, to.orders.orders)),
        web.get("/api/v1/hq/orders.csv", hq(may.SEE_ORDERS, to.orders.export)),
        web.get("/api/v1/hq/orders/{order}", hq(may.SEE_ORDERS, to.orders.order)),
        web.post("/api/v1/hq/orders/{order}/ship", hq(may.CHANGE_ORDERS, to.orders.ship)),
        web.post("/api/v1/hq/orders/{order}/receive", hq(may.CHANGE_ORDERS, to.orders.receive)),
        web.post("/api/v1/hq/orders/{order}/cancel", hq(may.CHANGE_ORDERS, to.orders.cancel)),
        web.post("/api/v1/hq/orders/{order}/refund", hq(may.REFUND_ORDERS, to.orders.refund)),
        web.get("/api/v1/hq/overview", hq(may.SEE_ORDERS, to.orders.overview)),
    ]


def _hq_programs(to: Handlers) -> list[web.RouteDef]:
    hq, programs = to.session.guard, to.programs
    return [
        web.get("/api/v1/hq/keys", hq(may.CONNECT_PROGRAMS, programs.keys)),
        web.post("/api/v1/hq/keys", hq(may.CONNECT_PROGRAMS, programs.create_key)),
        web.delete("/api/v1/hq/keys/{key}", hq(may.CONNECT_PROGRAMS, programs.revoke_key)),
        web.get("/api/v1/hq/webhooks", hq(may.CONNECT_PROGRAMS, programs.hooks)),
        web.post("/api/v1/hq/webhooks", hq(may.CONNECT_PROGRAMS, programs.create_hook)),
        web.post("/api/v1/hq/webhooks/{hook}/secret", hq(may.CONNECT_PROGRAMS, programs.renew_secret)),
        web.delete("/api/v1/hq/webhooks/{hook}", hq(may.CONNECT_PROGRAMS, programs.remove_hook)),
        web.get("/api/v1/hq/deliveries", hq(may.CONNECT_PROGRAMS, programs.deliveries)),
        web.post("/api/v1/hq/deliveries/{delivery}/replay", hq(may.CONNECT_PROGRAMS, programs.replay)),
    ]


def _hq_sales(to: Handlers) -> list[web.RouteDef]:
    hq = to.session.guard
    return [
        web.get("/api/v1/hq/shows", hq(may.SEE_SHOWS, to.shows.shows)),
        web.post("/api/v1/hq/shows", hq(may.RUN_SHOWS, to.shows.create)),
        web.get("/api/v1/hq/shows/{show}", hq(may.SEE_SHOWS, to.shows.show)),
        web.patch("/api/v1/hq/shows/{show}", hq(may.RUN_SHOWS, to.shows.change)),
        web.put("/api/v1/hq/shows/{show}/shelf", hq(may.RUN_SHOWS, to.shows.set_shelf)),
        web.get("/api/v1/hq/replays", hq(may.SEE_SHOWS, to.replays.all)),
        web.put("/api/v1/hq/shows/{show}/replay", hq(may.RUN_SHOWS, to.replays.set)),
        web.get("/api/v1/hq/channels", hq(may.SEE_CHANNELS, to.channels.channels)),
        web.post("/api/v1/hq/channels", hq(may.CHANGE_CHANNELS, to.channels.create)),
        web.post("/api/v1/hq/channels/many", hq(may.CHANGE_CHANNELS, to.channels.create_many)),
        web.get("/api/v1/hq/channels/{channel}", hq(may.SEE_CHANNELS, to.channels.channel)),
        web.patch("/api/v1/hq/channels/{channel}", hq(may.CHANGE_CHANNELS, to.channels.change)),
        web.get("/api/v1/hq/channels/{channel}/goods", hq(may.SEE_CHANNELS, to.hiding.goods)),
        web.put("/api/v1/hq/channels/{channel}/goods/{product}", hq(may.CHANGE_CHANNELS, to.hiding.hide)),
        web.post("/api/v1/hq/channels/{channel}/links", hq(may.MAKE_LINKS, to.channels.create_link)),
        web.delete("/api/v1/hq/channels/{channel}/links/{code}", hq(may.MAKE_LINKS, to.channels.revoke_link)),
        web.get("/api/v1/hq/products", hq(may.SEE_GOODS, to.goods.products)),
        web.post("/api/v1/hq/products", hq(may.CHANGE_GOODS, to.goods.create)),
        web.get("/api/v1/hq/products.csv", hq(may.SEE_GOODS, to.goods.export)),
        web.post("/api/v1/hq/products/sheet", hq(may.CHANGE_GOODS, to.goods.read_sheet)),
        web.get("/api/v1/hq/products/{product}", hq(may.SEE_GOODS, to.goods.product)),
        web.patch("/api/v1/hq/products/{product}", hq(may.CHANGE_GOODS, to.goods.change)),
        web.put("/api/v1/hq/products/{product}/image", hq(may.CHANGE_GOODS, to.goods.put_image)),
        web.delete("/api/v1/hq/products/{product}/image", hq(may.CHANGE_GOODS, to.goods.remove_image)),
        web.post("/api/v1/hq/skus/{sku}/stock", hq(may.CHANGE_GOODS, to.goods.receive)),
    ]


def _hq_money(to: Handlers) -> list[web.RouteDef]:
    hq, money = to.session.guard, to.money
    return [
        web.get("/api/v1/hq/plan", hq(may.SEE_MONEY, money.plans)),
        web.put("/api/v1/hq/plan", hq(may.RULE_MONEY, money.set_plan)),
        web.post("/api/v1/hq/plan/preview", hq(may.SEE_MONEY, money.preview)),
        web.get("/api/v1/hq/lock", hq(may.SEE_MONEY, money.lock)),
        web.put("/api/v1/hq/lock", hq(may.RULE_MONEY, money.set_lock)),
        web.post("/api/v1/hq/lock/preview", hq(may.SEE_MONEY, money.preview_lock)),
        web.get("/api/v1/hq/figures", hq(may.SEE_MONEY, money.figures)),
        web.get("/api/v1/hq/receivables", hq(may.SEE_MONEY, money.receivables)),
        web.post("/api/v1/hq/receivables/{receivable}/end", hq(may.SETTLE, money.end_receivable)),
        web.post("/api/v1/hq/payouts/{payout}/retry", hq(may.SETTLE, money.retry)),
        web.post("/api/v1/hq/payouts/{payout}/return", hq(may.SETTLE, money.came_back)),
        web.get("/api/v1/hq/orders/{order}/why", hq(may.SEE_MONEY, money.why_order)),
        web.post("/api/v1/hq/orders/{order}/hold", hq(may.SETTLE, money.hold)),
        web.get("/api/v1/hq/held", hq(may.SEE_MONEY, money.held)),
        web.post("/api/v1/hq/parties/{party}/hold", hq(may.SETTLE, money.hold_party)),
        web.get("/api/v1/hq/customers/{viewer}/why", hq(may.SEE_MONEY, money.why_customer)),
        web.post("/api/v1/hq/customers/{viewer}/erase", hq(may.RULE_MONEY, money.erase)),
        web.get("/api/v1/hq/settlements", hq(may.SEE_MONEY, money.settlements)),
        web.post("/api/v1/hq/settlements", hq(may.SETTLE, money.settle)),
        web.post("/api/v1/hq/settlements/{settlement}/approve", hq(may.SETTLE, money.approve)),
        web.post("/api/v1/hq/settlements/approve", hq(may.SETTLE, money.approve_all)),
        web.post("/api/v1/hq/payouts", hq(may.SETTLE, money.begin_payouts)),
        web.get("/api/v1/hq/payouts.csv", hq(may.SETTLE, money.payouts)),
        web.post("/api/v1/hq/payouts/sheet", hq(may.SETTLE, money.read_payouts)),
    ]


def _hq_payments(to: Handlers) -> list[web.RouteDef]:
    hq, tills = to.session.guard, to.tills
    return [
        web.get("/api/v1/hq/payments", hq(may.SEE_MONEY, tills.payments)),
        web.put("/api/v1/hq/payments/{provider}", hq(may.CONNECT_PAYMENTS, tills.put)),
        web.patch("/api/v1/hq/payments/{provider}", hq(may.CONNECT_PAYMENTS, tills.switch)),
        web.delete("/api/v1/hq/payments/{provider}", hq(may.CONNECT_PAYMENTS, tills.remove)),
        web.post("/api/v1/hq/payments/{provider}/probe", hq(may.CONNECT_PAYMENTS, tills.probe)),
        web.get("/api/v1/hq/orders/{order}/refunds", hq(may.SEE_ORDERS, tills.refunds)),
        web.post("/api/v1/hq/orders/{order}/refunds/{refund}/retry", hq(may.REFUND_ORDERS, tills.retry)),
        web.post("/api/v1/hq/orders/{order}/refunds/{refund}/end", hq(may.REFUND_ORDERS, tills.end)),
        web.post("/api/v1/hq/orders/{order}/refunds/{refund}/restock", hq(may.REFUND_ORDERS, tills.restock)),
    ]


def _hq_guard(to: Handlers) -> list[web.RouteDef]:
    hq, guard = to.session.guard, to.guard
    return [
        web.get("/api/v1/hq/accesses", hq(may.SEE_ACCESS, guard.accesses)),
        web.get("/api/v1/hq/customers/{viewer}/data", hq(may.GUARD_DATA, guard.data)),
        web.get("/api/v1/hq/holds", hq(may.SEE_ACCESS, guard.holds)),
        web.post("/api/v1/hq/holds", hq(may.GUARD_DATA, guard.hold)),
        web.delete("/api/v1/hq/holds/{hold}", hq(may.GUARD_DATA, guard.lift)),
        web.get("/api/v1/hq/retention", hq(may.SEE_ACCESS, guard.retention)),
        web.put("/api/v1/hq/retention", hq(may.GUARD_DATA, guard.keep)),
    ]


def _partners(to: Handlers) -> list[web.RouteDef]:
    hq, partners, desk = to.session.guard, to.partners, to.desk_partners
    return [
        web.get("/api/v1/hq/partners/terms", hq(may.SEE_CHANNELS, partners.terms)),
        web.put("/api/v1/hq/partners/terms", hq(may.RULE_MONEY, partners.set_terms)),
        web.put("/api/v1/hq/channels/{channel}/parent", hq(may.CHANGE_CHANNELS, partners.move)),
        web.put("/api/v1/hq/channels/{channel}/level", hq(may.RULE_MONEY, partners.set_level)),
        web.post("/api/v1/hq/channels/{channel}/owner", hq(may.CHANGE_CHANNELS, partners.set_owner)),
        web.post("/api/v1/hq/channels/{channel}/state", hq(may.CHANGE_CHANNELS, partners.step)),
        web.post("/api/v1/hq/customers/{viewer}/channel", hq(may.RULE_MONEY, partners.rebind)),
        web.get("/api/v1/desk/notices", hq(may.WORK_AT_DESK, desk.notices)),
        web.post("/api/v1/desk/notices/read", hq(may.WORK_AT_DESK, desk.read)),
        web.get("/api/v1/hq/disputes", hq(may.SEE_MONEY, partners.disputes)),
        web.post("/api/v1/hq/disputes/{dispute}/answer", hq(may.RULE_MONEY, partners.answer)),
        web.post("/api/v1/hq/disputes/{dispute}/decide", hq(may.RULE_MONEY, partners.decide)),
        web.get("/api/v1/desk/disputes", hq(may.WORK_AT_DESK, desk.disputes)),
        web.post("/api/v1/desk/disputes", hq(may.OWN_DESK, desk.open)),
        web.get("/api/v1/desk/contestable", hq(may.WORK_AT_DESK, desk.contestable)),
    ]


def _desk(to: Handlers) -> list[web.RouteDef]:
    own, desk = to.session.guard, to.desk
    return [
        web.get("/verify", to.pages.verify),
        web.get("/desk", to.pages.desk),
        web.get("/api/v1/desk", own(may.WORK_AT_DESK, desk.desk)),
        web.get("/api/v1/desk/customers", own(may.WORK_AT_DESK, desk.customers)),
        web.get("/api/v1/desk/orders", own(may.WORK_AT_DESK, desk.orders)),
        web.get("/api/v1/desk/orders/{order}/why", own(may.WORK_AT_DESK, desk.why)),
        web.get("/api/v1/desk/customers/{viewer}/why", own(may.WORK_AT_DESK, desk.why_customer)),
        web.post("/api/v1/desk/export", own(may.OWN_DESK, desk.export)),
        web.get("/api/v1/desk/statement", own(may.OWN_DESK, desk.statement)),
        web.get("/api/v1/desk/goods", own(may.WORK_AT_DESK, to.hiding.goods)),
        web.put("/api/v1/desk/goods/{product}", own(may.WORK_AT_DESK, to.hiding.hide)),
        web.post("/api/v1/desk/links", own(may.WORK_AT_DESK, desk.create_link)),
    ]


def _proofs(to: Handlers) -> list[web.RouteDef]:
    """For anybody, and without a login."""
    return [
        web.get("/api/v1/proofs/{merchant}/heads", to.proofs.heads),
        web.get("/api/v1/proofs/{merchant}/consistency", to.proofs.consistency),
        web.get("/api/v1/proofs/{merchant}/inclusion", to.proofs.inclusion),
    ]
