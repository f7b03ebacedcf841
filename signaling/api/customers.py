"""A buyer as a customer: logging in with a phone, his address book. What is personal is unsealed here only."""

from __future__ import annotations

import asyncio
import json
import secrets

from aiohttp import web

from commerce import checks, commands, questions, sheets
from commerce import views as commerce_views
from commerce.commands.buying import CONTACT_CHARS_MAX
from commerce.customers import views
from commerce.customers.identity import normal_phone
from commerce.customers.portable import CONTACT, PHONE
from commerce.errors import Invalid
from commerce.service import Commerce
from config.settings import SmsSettings
from signaling.api import models_customers as models
from signaling.api.body import answer, read
from signaling.callers import Callers
from signaling.errors import TooMany, Unequipped
from signaling.limits import Buckets
from signaling.sms import Gateway, Message, masked
from signaling.tokens import new_viewer
from signaling.traces import Traces
from signaling.viewers import Viewers

CODE_DIGITS = 6
# Tries at codes, right or wrong, beside the limit of each code (commerce.customers.login).
VIEWER_TRIES = (1 / 10, 15)
ADDRESS_TRIES = (1 / 2, 60)
AGAIN_SECONDS = 60


class CustomerApi:
    """/api/v1/rooms/{room}/customer, login, logout and addresses. Without a gateway nobody can log in."""

    def __init__(
        self,
        commerce: Commerce,
        viewers: Viewers,
        traces: Traces,
        callers: Callers,
        settings: SmsSettings,
        *,
        gateway: Gateway | None,
    ) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._callers = callers
        self._settings = settings
        self._gateway = gateway
        self._traces = traces
        self._tries = Buckets(*VIEWER_TRIES)
        self._address_tries = Buckets(*ADDRESS_TRIES)

    async def customer(self, request: web.Request) -> web.Response:
        viewer, room = self._viewers.of(request), request.match_info["room"]
        found = await self._commerce.ask(questions.customer, viewer, room)
        shown = None if found is None else self._shown(found)
        return private(answer(models.CustomerHere(login=self._gateway is not None, customer=shown)))

    async def ask_code(self, request: web.Request) -> web.Response:
        """202 whether or not the phone is known here; 429 says when to ask again."""
        gateway = self._equipped()
        phone = self._phone((await read(request, models.CodeAsk)).phone)
        viewer, name = self._viewers.of(request), request.match_info["room"]
        merchant = (await self._commerce.ask(questions.room, name)).merchant
        identity = self._commerce.identity(merchant.merchant, phone)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        caller = self._commerce.digest("caller", self._callers.household(request))
        seconds = self._settings.code_seconds
        digest = self._commerce.digest("code", identity, code)
        asked = await self._commerce.execute(commands.AskCode(viewer, name, identity, caller, digest, seconds * 1000))
        if asked.wait_ms:
            raise TooMany("a code was sent a moment ago, wait a little", asked.wait_ms / 1000, "phone")
        await gateway.send(Message(phone, code, merchant.name, merchant.language, seconds))
        return answer(models.CodeSent(expires_in_seconds=seconds, again_in_seconds=AGAIN_SECONDS), status=202)

    async def log_in(self, request: web.Request) -> web.Response:
        """A wrong code is 422 at `code`, with the tries that are left. Another cookie; that of before opens nothing."""
        self._equipped()
        body = await read(request, models.PhoneLogin)
        viewer, name = self._viewers.of(request), request.match_info["room"]
        phone = self._phone(body.phone)
        now = asyncio.get_running_loop().time()
        wait = self._address_tries.take(self._callers.household(request), now) or self._tries.take(viewer, now)
        if wait:
            raise TooMany("too many tries, wait a little", wait, "code")
        merchant = (await self._commerce.ask(questions.room, name)).merchant.merchant
        identity = self._commerce.identity(merchant, phone)
        digest = self._commerce.digest("code", identity, body.code)
        sealed = self._commerce.seal(PHONE, phone.encode())
        seen, fresh = self._traces.of(request), new_viewer()
        found = await self._commerce.execute(commands.LogIn(viewer, name, identity, digest, sealed, fresh, *seen))
        if found.customer is None:
            raise Invalid("code", _refused(found))
        token = await self._viewers.renew(request, fresh) if found.renewed else None
        return private(answer(models.LoggedIn(customer=self._shown(found.customer), cut=_cut(found.cut), token=token)))

    async def log_out(self, request: web.Request) -> web.Response:
        """A new cookie; the old one, or the bearer token, is worth nothing any more, whoever has a copy of it."""
        await read(request, models.LogOut)
        await self._viewers.leave(request)
        return web.Response(status=204)

    async def add_address(self, request: web.Request) -> web.Response:
        return private(answer(await self._put(request, None), status=201))

    async def change_address(self, request: web.Request) -> web.Response:
        return private(answer(await self._put(request, request.match_info["address"])))

    async def address(self, request: web.Request) -> web.Response:
        viewer, match = self._viewers.of(request), request.match_info
        found = await self._commerce.ask(questions.customer_address, viewer, match["room"], match["address"])
        contact = self.contact(found)
        return private(answer(models.AddressWhole(**_fields(found, contact))))

    async def remove_address(self, request: web.Request) -> web.Response:
        viewer, match = self._viewers.of(request), request.match_info
        await self._commerce.execute(commands.RemoveAddress(viewer, match["room"], match["address"]))
        return web.Response(status=204)

    def contact(self, address: views.Address) -> commerce_views.Contact:
        """What is sealed in an address."""
        return contact_in(self._commerce, address)

    async def _put(self, request: web.Request, address: str | None) -> models.AddressView:
        body = await read(request, models.AddressPut)
        viewer, room = self._viewers.of(request), request.match_info["room"]
        self._phone(body.phone)
        content = {"name": body.name, "phone": body.phone, "address": body.address}
        for field, value in content.items():
            checks.text(field, value, CONTACT_CHARS_MAX[field], 1)
        sealed = self._commerce.seal(CONTACT, json.dumps(content, ensure_ascii=False).encode())
        command = commands.PutAddress(viewer, room, sealed, body.default, address)
        return self._masked(await self._commerce.execute(command))

    def _equipped(self) -> Gateway:
        if self._gateway is None:
            raise Unequipped("this server sends no codes; buying goes without a login")
        return self._gateway

    def _phone(self, given: str) -> str:
        return normal_phone("phone", given, self._settings.country)

    def _shown(self, found: views.Customer) -> models.CustomerView:
        phone = self._commerce.unseal(PHONE, found.sealed).decode()
        addresses = [self._masked(each) for each in found.addresses]
        return models.CustomerView(customer=found.customer, phone=masked(phone), addresses=addresses)

    def _masked(self, found: views.Address) -> models.AddressView:
        return models.AddressView(**_fields(found, sheets.masked(self.contact(found))))


def _cut(found: tuple[views.Cut, ...]) -> list[models.CartCut]:
    return [
        models.CartCut(room=each.room, sku=each.sku, name=each.name, wanted=each.wanted, kept=each.kept)
        for each in found
    ]


def contact_in(commerce: Commerce, address: views.Address) -> commerce_views.Contact:
    """What is sealed in an address."""
    return commerce_views.Contact(**json.loads(commerce.unseal(CONTACT, address.sealed)))


def _fields(found: views.Address, contact: commerce_views.Contact) -> dict[str, object]:
    shown = {"name": contact.name, "phone": contact.phone, "address": contact.address}
    return {"address_id": found.address, "default": found.chosen} | shown


def _refused(found: views.LoggedIn) -> str:
    if found.outcome == "wrong" and found.tries:
        return f"is wrong; tries left: {found.tries}"
    return "no code of yours holds for this phone: ask for another"


def private(response: web.Response) -> web.Response:
    """Personal data are kept by no cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
