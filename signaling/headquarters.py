"""Whoever answers HQ: the part of the composition root that is behind its login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commerce.payments.till import Till
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
from signaling.hq_ws import HqSocket

if TYPE_CHECKING:
    from signaling.app import Core
    from signaling.listening import Urls


def headquarters(core: Core, urls: Urls, till: Till) -> dict[str, Any]:
    """Whoever answers HQ, by the names of Handlers."""
    commerce, rooms, directory = core.commerce, core.rooms, core.directory
    session = HqSession(commerce, core.callers, secure=urls.http.startswith("https:"))
    orders = HqOrders(directory, rooms)
    return {
        "images": core.images,
        "session": session,
        "studio": HqStudio(commerce, core.studio, core.restreams, urls.rtmp, f"{urls.http}/whip"),
        "shows": HqShows(directory),
        "replays": core.replays,
        "channels": HqChannels(commerce, core.link_tokens, urls.http),
        "goods": HqGoods(commerce, urls.http, core.translations),
        "hiding": HidingApi(commerce),
        "orders": orders,
        "hq_cases": HqCases(commerce),
        "sales": HqSales(commerce),
        "programs": HqPrograms(commerce, private_targets=core.settings.hooks.private_targets),
        "hq_socket": HqSocket(session, directory, orders, core.bus, core.crowds),
        "talk": HqTalk(commerce, rooms),
        "moderation": HqModeration(commerce),
        "partners": HqPartners(commerce, urls.http),
        "desk_staff": DeskStaff(commerce),
        "desk_talk": DeskTalk(commerce, rooms),
        "hq_joining": HqJoining(commerce, urls.http),
        "money": HqMoney(commerce, core.translations, sandbox=core.settings.payments.sandbox),
        "tills": HqPayments(commerce, till, core.translations),
        "guard": HqGuard(commerce),
    }
