"""Where personal data stand: every table that says something about a person, and what erasing him does to it.

A test finds from the metadata what may be about a person; a new such table has to be named here, or its test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, literal, or_, select

from commerce.earning.told import BY_HAND, without_words
from commerce.partners.notices import MOVED
from commerce.proof.entry import sharer_party
from commerce.store import tables

NOBODY = '{"name":"","phone":"","address":""}'
# A digest of what was ordered is made of his name and address as well; "" is that of nothing anybody can send.
NO_CONTACT = {"contact": NOBODY, "note": "", "body_digest": ""}
GONE: Mapping[str, Any] = {}  # the rows themselves go


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as a merchant knows him: the surrogate key and public id of his viewer."""

    merchant: int
    key: int
    public: str

    @property
    def every(self) -> Select[int]:
        """His viewer and those that were merged into it."""
        table = tables.viewer
        return select(table.c.id).where(or_(table.c.id == self.key, table.c.same_as_id == self.key))

    @property
    def names(self) -> Select[str]:
        """The same by their public ids."""
        table = tables.viewer
        return select(table.c.public_id).where(or_(table.c.id == self.key, table.c.same_as_id == self.key))

    @property
    def customer(self) -> Select[int]:
        """The key of the customer he is, if he is one."""
        return select(tables.viewer.c.customer_id).where(tables.viewer.c.id == self.key)


Whose = Callable[[Subject], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows about a person. `erased`: what their columns become; GONE: they are deleted; None: kept, `why` says."""

    table: Table
    whose: Whose
    erased: Mapping[str, Any] | None
    why: str = ""


_orders = tables.orders


def _by_viewer(table: Table, name: str = "viewer_id") -> Whose:
    return lambda subject: table.c[name].in_(subject.every)


def _by_order(table: Table) -> Whose:
    return lambda subject: table.c.order_id.in_(select(_orders.c.id).where(_orders.c.viewer_id.in_(subject.every)))


def _by_party(table: Table) -> Whose:
    """What he earned by sharing, under all the names he had."""
    name = literal(sharer_party("")).concat(tables.viewer.c.public_id)
    return lambda subject: table.c.party.in_(select(name).where(tables.viewer.c.id.in_(subject.every)))


def _in_talk(table: Table) -> Whose:
    return lambda subject: table.c.viewer.in_(subject.names)


def _by_customer(table: Table, name: str) -> Whose:
    return lambda subject: table.c[name].in_(subject.customer)


def _viewer(subject: Subject) -> ColumnElement[bool]:
    table = tables.viewer
    return or_(table.c.id.in_(subject.every), table.c.customer_id.in_(subject.customer))


def _appeal(subject: Subject) -> ColumnElement[bool]:
    restriction = tables.restriction
    mine = (restriction.c.merchant_id == subject.merchant, restriction.c.viewer.in_(subject.names))
    return tables.appeal.c.restriction_id.in_(select(restriction.c.id).where(*mine))


def _assessment(subject: Subject) -> ColumnElement[bool]:
    return or_(_by_order(tables.assessment)(subject), tables.assessment.c.sharer_id.in_(subject.every))


def _line(subject: Subject) -> ColumnElement[bool]:
    return or_(_by_order(tables.commission_line)(subject), _by_party(tables.commission_line)(subject))


def _receivable(subject: Subject) -> ColumnElement[bool]:
    """His own, and those of what others earned by him."""
    table, line = tables.receivable, tables.commission_line
    by_him = select(line.c.id).where(_by_order(line)(subject))
    return or_(_by_party(table)(subject), table.c.line_id.in_(by_him))


def _refund_line(subject: Subject) -> ColumnElement[bool]:
    table = tables.refund
    return tables.refund_line.c.refund_id.in_(select(table.c.id).where(_by_order(table)(subject)))


def _rebinding(subject: Subject) -> ColumnElement[bool]:
    binding = tables.binding
    return tables.rebinding.c.binding_id.in_(select(binding.c.id).where(binding.c.viewer_id.in_(subject.every)))


def _notice(subject: Subject) -> ColumnElement[bool]:
    """Those that name him: a customer who came or left, with what somebody gave as the reason."""
    table, viewer = tables.notice, tables.viewer
    named = table.c.body.contains(literal('"viewer":"').concat(viewer.c.public_id).concat('"'))
    about = select(viewer.c.id).where(viewer.c.id.in_(subject.every), named)
    return and_(table.c.kind.in_(MOVED), about.exists())


def _cases(subject: Subject) -> Select[int]:
    table = tables.aftersale
    return select(table.c.id).where(_by_order(table)(subject))


def _by_case(table: Table) -> Whose:
    return lambda subject: table.c.case_id.in_(_cases(subject))


NO_IDENTITY = literal("erased ").concat(tables.customer.c.public_id)
NO_CASE = {"reason": "", "answer": "", "tracking": "", "body_digest": ""}
# Whatever the words are: no rule writes any here.
GIVEN_UP = case((tables.receivable.c.reason != "", BY_HAND), else_="")
MONEY = "what was bought and earned: figures and ids, and nobody's name"
HOLDINGS = (
    Holding(tables.address, _by_customer(tables.address, "customer_id"), GONE),
    Holding(tables.customer, _by_customer(tables.customer, "id"), {"identity": NO_IDENTITY, "sealed": None}),
    Holding(tables.payee, _by_party(tables.payee), GONE),
    Holding(tables.login_code, _by_viewer(tables.login_code), GONE),
    Holding(tables.cart_line, _by_viewer(tables.cart_line), GONE),
    # What became of him stays: an invite is paid once.
    Holding(tables.newcomer, _by_viewer(tables.newcomer), {"identity": "", "device": "", "address": ""}),
    Holding(tables.watch, _by_viewer(tables.watch), GONE),
    Holding(tables.log_leaf, _by_viewer(tables.log_leaf), {"salt": None, "body": None, "viewer_id": None}),
    Holding(_orders, _by_viewer(_orders), NO_CONTACT),
    Holding(tables.dispute, _by_viewer(tables.dispute), {"claim": "", "answer": "", "reason": "", "evidence": "{}"}),
    Holding(tables.rebinding, _rebinding, {"reason": ""}),
    Holding(tables.notice, _notice, GONE),
    Holding(tables.order_event, _by_order(tables.order_event), {"detail": ""}),
    Holding(tables.aftersale, _by_order(tables.aftersale), NO_CASE),
    Holding(tables.aftersale_event, _by_case(tables.aftersale_event), {"detail": ""}),
    Holding(tables.refund, _by_order(tables.refund), {"reason": ""}),
    Holding(tables.commission_line, _line, {"reason": without_words(tables.commission_line.c.reason)}),
    Holding(tables.receivable, _receivable, {"reason": GIVEN_UP}),
    Holding(tables.question, _in_talk(tables.question), GONE),
    Holding(tables.held_line, _in_talk(tables.held_line), GONE),
    Holding(tables.appeal, _appeal, {"text": "", "answer": ""}),
    Holding(tables.act, _in_talk(tables.act), {"name": "", "text": "", "viewer": "", "reason": ""}),
    Holding(tables.restriction, _in_talk(tables.restriction), {"name": "", "reason": ""}),
    # Last: who his customer is stands here.
    Holding(tables.viewer, _viewer, {"name": "", "customer_id": None}),
    Holding(tables.touch, _by_viewer(tables.touch), None, "why an order is whose it is: ids and times"),
    Holding(tables.binding, _by_viewer(tables.binding), None, "why an order is whose it is: ids and times"),
    Holding(tables.link, _by_viewer(tables.link, "sharer_id"), None, "others came by it"),
    Holding(tables.staff, _by_viewer(tables.staff), None, "for whom he works"),
    Holding(tables.order_line, _by_order(tables.order_line), None, MONEY),
    Holding(tables.aftersale_line, _by_case(tables.aftersale_line), None, MONEY),
    Holding(tables.payment, _by_order(tables.payment), None, MONEY),
    Holding(tables.refund_line, _refund_line, None, MONEY),
    Holding(tables.assessment, _assessment, None, MONEY),
    Holding(tables.settlement, _by_party(tables.settlement), None, MONEY),
    Holding(tables.payout, _by_party(tables.payout), None, MONEY),
    Holding(tables.legal_hold, _by_viewer(tables.legal_hold), None, "why he could not be erased"),
)
# What the metadata makes look like it, and why it holds nothing about anybody that is not named above.
OTHERWISE = {
    "answered": "answers given once are gone after a day",
    "log_party": "the size of a party's sequence",
    "merchant": "the tenant",
    "product": "goods",
    "application": "whoever would be a partner: erased by himself, by HQ, or by the clock",
    "invitation": "who made it, a login",
    "sku": "goods",
    "channel": "a business",
    "api_key": "a program",
    "payment_notice": "ids of a provider's notices",
}
