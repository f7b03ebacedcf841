"""Which function does which command: the one table between commands and the rest of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from logging import getLogger
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from commerce import (
    cart,
    catalog,
    hiding,
    links,
    outbox,
    replay,
    restreams,
    sale,
    sharing,
    shelf,
    show,
    slates,
    stock,
    studio,
    touches,
    versions,
)
from commerce import commands as c
from commerce.cases import ask, steps
from commerce.cases.rows import Waits
from commerce.commands import cases as k
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands import guarding as g
from commerce.commands import joining as j
from commerce.commands import partners as p
from commerce.commands import staffing as w
from commerce.commands.tending import TendOutbox
from commerce.customers import book, login, logouts
from commerce.directory import bulk, channels, merchants, people
from commerce.earning import erase, holds, levels, locking, payees, payouts, plans, settlement, watching
from commerce.errors import CommerceError, Conflict
from commerce.order import changes, place, refund
from commerce.partners import (
    applying,
    disputes,
    inviting,
    moving,
    notices,
    passing,
    rebinding,
    staffing,
    standing,
    terms,
)
from commerce.payments import asking, chargebacks, record, refunds, ways
from commerce.privacy import access, legal, retention
from commerce.programs import answers, hooks, keys
from commerce.proof import heads
from commerce.proof.signing import Signer
from commerce.store.tenancy import narrow
from commerce.store.unit import Unit
from commerce.talk import acts, appeals, asked, held, restrictions, rules, words

One = Callable[[Unit, Any], Any]
Many = Callable[[Unit, Sequence[Any]], list[Any]]

NAMING = (
    c.CreateChannel,
    c.CreateChannels,
    c.CreateUser,
    j.Apply,
    j.AcceptInvitation,
    j.ApproveApplication,
    w.AddStaff,
    w.SetOwner,
)
log = getLogger("fenbo.commerce")


def one_by_one(after_sales_ms: int) -> Mapping[type, One]:
    """Commands done singly, each in its own savepoint: they raise CommerceError or answer."""

    return selling() | studios() | buying(after_sales_ms) | paying() | customers() | talking() | programs() | partners()


def selling() -> dict[type, One]:
    """The commands of HQ."""
    return {
        c.CreateMerchant: merchants.create_merchant,
        c.SetLockRule: locking.set_lock_rule,
        c.CreateUser: people.create_user,
        c.SetPassword: people.set_password,
        c.OpenSession: people.open_session,
        c.CloseSession: people.close_session,
        c.CreateChannel: channels.create_channel,
        c.CreateChannels: bulk.create_channels,
        c.UpdateRoom: channels.update_room,
        c.CreateShow: show.create_show,
        c.UpdateShow: show.update_show,
        c.CreateProduct: catalog.create_product,
        c.ChangeProduct: catalog.change_product,
        c.PutImage: catalog.put_image,
        c.RemoveImage: catalog.remove_image,
        c.ImportProducts: catalog.import_products,
        c.ReceiveStock: stock.receive_stock,
        c.AnnounceSale: sale.announce_sale,
        c.HideProduct: hiding.hide_product,
        c.WithdrawSale: sale.withdraw_sale,
        c.SetReplay: replay.set_replay,
        c.SetShelf: shelf.set_shelf,
        c.Pin: shelf.pin,
        c.CreateLink: links.create_link,
        c.RevokeLink: links.revoke_link,
    }


def studios() -> dict[type, One]:
    """The commands of the studio."""
    return {
        c.RotateStreamKey: studio.rotate_stream_key,
        c.LimitStreamKey: studio.limit_stream_key,
        c.RevokeStreamKey: studio.revoke_stream_key,
        c.SetStudio: studio.set_studio,
        c.PutSlate: slates.put_slate,
        c.RemoveSlate: slates.remove_slate,
        c.PutRestream: restreams.put_restream,
        c.SwitchRestream: restreams.switch_restream,
        c.RemoveRestream: restreams.remove_restream,
    }


def buying(after_sales_ms: int) -> dict[type, One]:
    """The commands around viewers and their orders."""

    def receive(unit: Unit, command: c.ReceiveOrder) -> Any:
        return changes.receive_order(unit, command, after_sales_ms)

    return {
        c.NameViewer: touches.name_viewer,
        c.ShareRoom: sharing.share_room,
        c.RevokeOwnLink: links.revoke_own_link,
        c.SetCartLine: cart.set_cart_line,
        c.RecordPayment: record.record_payment,
        c.CancelOrder: changes.cancel_order,
        c.ShipOrder: changes.ship_order,
        c.ReceiveOrder: receive,
        c.RefundOrder: refund.refund_order,
        c.ExpireOrders: changes.expire_orders,
        c.FinishOrders: changes.finish_orders,
    }


def cases(waits: Waits) -> dict[type, One]:
    """The commands around cases."""
    acts: dict[type, Callable[[Unit, Any, Waits], Any]] = {
        k.AskCase: ask.ask_case,
        k.SendBack: steps.send_back,
        k.WithdrawCase: steps.withdraw_case,
        k.AgreeCase: steps.agree_case,
        k.RefuseCase: steps.refuse_case,
        k.ReceiveBack: steps.receive_back,
        k.PassCases: steps.pass_cases,
    }
    return {command: partial(_waiting, act, waits) for command, act in acts.items()}


def _waiting(act: Callable[[Unit, Any, Waits], Any], waits: Waits, unit: Unit, command: Any) -> Any:
    return act(unit, command, waits)


def customers() -> dict[type, One]:
    """The commands around customers."""
    return {
        c.AskCode: login.ask_code,
        c.LogIn: login.log_in,
        c.PutAddress: book.put_address,
        c.RemoveAddress: book.remove_address,
        c.EndViewer: logouts.end_viewer,
    }


def paying() -> dict[type, One]:
    """The commands between payments and their providers."""
    return {
        c.PutProvider: ways.put_provider,
        c.SwitchProvider: ways.switch_provider,
        c.RemoveProvider: ways.remove_provider,
        c.ChooseWay: asking.choose_way,
        c.KeepReference: asking.keep_reference,
        c.ClaimAsks: asking.claim_asks,
        c.SettleAsk: asking.settle_ask,
        c.ClaimRefunds: refunds.claim_refunds,
        c.RecordRefund: refunds.record_refund,
        c.RetryRefund: refunds.retry_refund,
        c.EndRefund: refunds.end_refund,
        c.RestockRefund: refund.restock_refund,
        c.RecordDispute: chargebacks.record_dispute,
    }


def talking() -> dict[type, One]:
    """The commands around what is said in rooms."""
    return {
        c.PutWords: words.put_words,
        c.RemoveWord: words.remove_word,
        c.SetRule: rules.set_rule,
        c.Restrict: restrictions.restrict,
        c.Lift: restrictions.lift,
        c.Appeal: appeals.appeal,
        c.DecideAppeal: appeals.decide_appeal,
        c.HoldLine: held.hold_line,
        c.DecideLine: held.decide_line,
        c.RemoveLine: acts.remove_line,
        c.AskHost: asked.ask_host,
        c.AnswerQuestion: asked.answer_question,
        c.Announce: acts.announce,
    }


def partners() -> dict[type, One]:
    """The commands around partners."""
    return {
        p.SetPartnerTerms: terms.set_partner_terms,
        p.MoveChannel: moving.move_channel,
        p.ChangeChannel: standing.change_channel,
        p.PassCustomers: passing.pass_customers,
        p.Rebind: rebinding.rebind,
        p.ReadNotices: notices.read_notices,
        d.OpenDispute: disputes.open_dispute,
        d.AnswerDispute: disputes.answer_dispute,
        d.DecideDispute: disputes.decide_dispute,
        w.AddStaff: staffing.add_staff,
        w.RemoveStaff: staffing.remove_staff,
        w.SetOwner: staffing.set_owner,
        w.TieStaff: staffing.tie_staff,
        j.Apply: applying.apply,
        j.WithdrawApplication: applying.withdraw_application,
        j.ApproveApplication: applying.approve_application,
        j.RefuseApplication: applying.refuse_application,
        j.EraseApplication: applying.erase_application,
        j.Invite: inviting.invite,
        j.RevokeInvitation: inviting.revoke_invitation,
        j.AcceptInvitation: inviting.accept_invitation,
    }


def programs() -> dict[type, One]:
    """The commands around other programs."""
    return {
        c.CreateApiKey: keys.create_api_key,
        c.RevokeApiKey: keys.revoke_api_key,
        c.BeginAnswer: answers.begin_answer,
        c.KeepAnswer: answers.keep_answer,
        c.CreateHook: hooks.create_hook,
        c.RenewSecret: hooks.renew_secret,
        c.RemoveHook: hooks.remove_hook,
        c.ReplayDelivery: hooks.replay_delivery,
        c.ClaimDeliveries: hooks.claim_deliveries,
        c.RecordDelivery: hooks.record_delivery,
    }


def guarding() -> dict[type, One]:
    """The commands around personal data."""
    return {
        g.LogAccess: access.log_access,
        g.SetLegalHold: legal.set_legal_hold,
        g.LiftLegalHold: legal.lift_legal_hold,
        g.SetRetention: retention.set_retention,
        g.ApplyRetention: retention.apply_retention,
        TendOutbox: outbox.tend_outbox,
    }


def earning(signer: Signer) -> dict[type, One]:
    """The commands around money that is earned, and the log that proves it."""
    return {
        e.SetPlan: plans.set_plan,
        e.SetChannelLevel: levels.set_channel_level,
        e.SetStaff: holds.set_staff,
        e.HoldLines: holds.hold_lines,
        e.ReleaseLines: holds.release_lines,
        e.HoldParty: holds.hold_party,
        e.ReleaseParty: holds.release_party,
        c.RecordWatch: watching.record_watch,
        e.EraseViewer: erase.erase_viewer,
        e.PrepareSettlements: settlement.prepare_settlements,
        e.ApproveSettlement: settlement.approve_settlement,
        e.ApproveSettlements: settlement.approve_settlements,
        e.EndReceivable: settlement.end_receivable,
        e.BeginPayouts: payouts.begin_payouts,
        e.HoldRail: payouts.hold_rail,
        e.RecordPayout: payouts.record_payout,
        e.RetryPayout: payouts.retry_payout,
        e.SetPayee: payees.set_payee,
        e.SetOwnPayee: payees.set_own_payee,
        e.SignHeads: partial(_signing, heads.sign_heads, signer),
        e.RotateLogKey: partial(_signing, heads.rotate_log_key, signer),
    }


def _signing(act: Callable[[Unit, Any, Signer], Any], signer: Signer, unit: Unit, command: Any) -> Any:
    return act(unit, command, signer)


def together() -> Mapping[type, Many]:
    """Commands of which a batch does all at once, answering each with a result or a CommerceError."""
    return {
        c.NoteTouch: touches.note_touches,
        c.CountTouch: touches.count_touches,
        c.PlaceOrder: place.place_orders,
    }


class Dispatch:
    """Does the commands of a batch inside its transaction."""

    def __init__(self, after_sales_ms: int, signer: Signer, waits: Waits | None = None) -> None:
        self._bare = {**one_by_one(after_sales_ms), **cases(waits or Waits()), **earning(signer), **guarding()}
        counted = {kind: partial(_counted, self._bare[kind]) for kind in versions.RESOURCES}
        self._one: Mapping[type, One] = {**self._bare, **counted, c.Update: self._update}
        self._many = together()

    def run(self, unit: Unit, commands: Sequence[c.Command[Any]]) -> list[Any]:
        """A result or an exception for each command, in their order. One that fails leaves nothing of itself."""
        answers: list[Any] = [None] * len(commands)
        for kind, places in _by_kind(commands).items():
            found = self._run_kind(unit, kind, [commands[at] for at in places])
            for at, answer in zip(places, found, strict=True):
                answers[at] = answer
        return answers

    def _update(self, unit: Unit, update: c.Update[Any]) -> c.Updated[Any]:
        """Its command, if what it changes is as its giver has seen it."""
        number = versions.count_up(unit, update.command, update.seen)
        return c.Updated(self._bare[type(update.command)](unit, update.command), number)

    def _run_kind(self, unit: Unit, kind: type, commands: list[Any]) -> list[Any]:
        many = self._many.get(kind)
        if many is None:
            one = self._one[kind]
            return [_alone(unit, one, command) for command in commands]
        try:
            with unit.savepoint():
                return many(unit, commands)
        except OperationalError:
            raise
        except Exception:
            log.info("%d commands are tried one by one", len(commands), exc_info=True)
        # Something unforeseen, such as another node's row under a unique index: find out whose fault it was.
        return [_alone(unit, partial(_only, many), command) for command in commands]


def _counted(one: One, unit: Unit, command: Any) -> Any:
    """Whichever way a resource is changed, its version counts."""
    versions.count_up(unit, command, None)
    return one(unit, command)


def _by_kind(commands: Sequence[Any]) -> dict[type, list[int]]:
    """Places of the commands by their kind, kinds in the order of their first. Commands of one batch are concurrent."""
    kinds: dict[type, list[int]] = {}
    for at, command in enumerate(commands):
        kinds.setdefault(type(command), []).append(at)
    return kinds


def _only(many: Many, unit: Unit, command: Any) -> Any:
    (answer,) = many(unit, [command])
    if isinstance(answer, CommerceError):
        raise answer
    return answer


def _within(unit: Unit, one: One, command: Any) -> Any:
    """A merchant's command sees nobody else's rows, but where a name must be free in the whole installation."""
    tenant = getattr(command, "merchant", None)
    if tenant is None or isinstance(command, NAMING):
        return one(unit, command)
    with narrow(unit.connection, tenant):
        return one(unit, command)


def _alone(unit: Unit, one: One, command: Any) -> Any:
    """Where another node was quicker at a unique index, once more: now its row is seen, and answered properly."""
    for _ in range(2):
        try:
            with unit.savepoint():
                return _within(unit, one, command)
        except IntegrityError:
            log.info("another node was quicker, trying again", exc_info=True)
        except OperationalError:
            raise
        except Exception as error:
            return error
    return Conflict("", "changed by another at the same moment")
