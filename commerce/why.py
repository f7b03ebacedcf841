"""Why a customer, or an order, is whose it is: the time line and the rule that decided, in words and as JSON.

Everything comes from what was stored when it was decided, so the answer is the same every time. An order's decision is
decided again from its inputs, and the answer says whether that leads to the same owner.

A partner reads the same story about his own customers: that another partner was there, but not which, and what he
himself earns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from commerce.attribution import Decision, LockRule, Situation, decide, read_inputs, valid_binding
from commerce.binding import MERGED, find_held
from commerce.canonical import json_text
from commerce.checks import choice
from commerce.directory.merchants import find_merchant
from commerce.errors import NotFound
from commerce.money import Money, to_decimal
from commerce.proof.entry import channel_party
from commerce.store import tables
from commerce.store.reading import AnyRow, Reading
from commerce.visits import Tenant, find_tenant, find_viewer

Json = dict[str, Any]
LANGUAGES = ("zh", "en")
WORDS = {
    "zh": {
        "own": "买家是{owner}的员工：归{owner}。",
        "bound": "下单时他是{owner}的客户，绑定有效：仍归{owner}。",
        "rebound": "原绑定不再受保护，之后他经{owner}进入：改归{owner}。",
        "first_touch": "他还没有归属；按“首次锁定”，最早带他来的是{owner}。",
        "last_touch": "他还没有归属；最近带他来的是{owner}。",
        "not_new": "在任何伙伴带他来之前他已买过，规则只认新客户：归{owner}。",
        "house": "没有有效的进入记录：归{owner}。",
        "touch": "{at} 进入{channel}的直播间。",
        "bind": "{at} 成为{channel}的客户（{clause}）。",
        "was": "{at} 起是{channel}的客户。",
        "valid": "有效至 {until}。",
        "for_ever": "长期有效。",
        "for_show": "只在那一场直播内有效。",
        "show_until": "只在那一场直播内有效，最晚至 {until}。",
        "by_first_touch": "最早带他来的",
        "by_last_touch": "最近带他来的",
        "by_rebound": "原绑定不再受保护，之后由它带来",
        "by_merged": "登录后两个访客合并为一人",
        "by_hand": "总部调整",
        "by_moved": "人工调整，{by}：{reason}",
        "by_decided": "争议裁定，{by}：{reason}",
        "by_passed": "原渠道关闭，按公布的期限转入，{by}：{reason}",
        "ended": "之后被新的绑定取代。",
        "lost": "{at} 登录后两个访客合并为一人，以另一绑定为准。",
        "lost_once": "登录后两个访客合并为一人，以另一绑定为准。",
        "room": "订单在{channel}的直播间下单。",
        "owner_wins": "房间属于另一渠道；按规则“归属优先”，佣金计给{owner}。",
        "room_wins": "房间属于另一渠道；按规则“房间优先”，佣金计给{room}，客户仍归{owner}。",
        "split": "房间属于另一渠道；按规则“分成”，佣金由{owner}与{room}按 {parts} 分。",
        "line": "{party} 得 {amount} {currency}（{kind}，{state}）。",
        "reason": "原因：{reason}。",
        "same": "用当时的输入和规则 {rule} 重新判定，结果相同。",
        "other": "用当时的输入和规则 {rule} 重新判定，结果不同！",
        "another": "另一伙伴",
        "sharer": "分享人",
        "nobody": "他目前不是任何伙伴的客户。",
    },
    "en": {
        "own": "The buyer works for {owner}: he is {owner}'s.",
        "bound": "He was {owner}'s customer when he ordered, by a valid binding: he stays {owner}'s.",
        "rebound": "His binding was no longer protected, and he came through {owner} after it: he is {owner}'s now.",
        "first_touch": "He was nobody's yet; by first lock, whoever brought him first counts: {owner}.",
        "last_touch": "He was nobody's yet; whoever brought him last counts: {owner}.",
        "not_new": "He had bought before any partner brought him, and only new customers count: he is {owner}'s.",
        "house": "No valid entry: he is {owner}'s.",
        "touch": "{at} entered the room of {channel}.",
        "bind": "{at} became a customer of {channel} ({clause}).",
        "was": "A customer of {channel} since {at}.",
        "valid": "Valid until {until}.",
        "for_ever": "Valid for ever.",
        "for_show": "Valid for the broadcast of then only.",
        "show_until": "Valid for the broadcast of then only, until {until} at most.",
        "by_first_touch": "whoever brought him first",
        "by_last_touch": "whoever brought him last",
        "by_rebound": "the binding before was no longer protected, and he came through it after that",
        "by_merged": "he logged in: two viewers that are one",
        "by_hand": "by headquarters",
        "by_moved": "by hand, {by}: {reason}",
        "by_decided": "by the decision of a dispute, {by}: {reason}",
        "by_passed": "his channel closed, and the published period is over, {by}: {reason}",
        "ended": "Replaced by a later binding.",
        "lost": "{at} he logged in: two viewers that are one, and the binding of the other one stayed.",
        "lost_once": "He logged in: two viewers that are one, and the binding of the other one stayed.",
        "room": "The order was placed in the room of {channel}.",
        "owner_wins": "The room is another channel's; by the rule “owner wins” its commission is credited to {owner}.",
        "room_wins": "The room is another channel's; by the rule “room wins” its commission is credited to {room}, "
        "and he stays a customer of {owner}.",
        "split": "The room is another channel's; by the rule “split” its commission is shared by {owner} and "
        "{room}, {parts}.",
        "line": "{party} earns {amount} {currency} ({kind}, {state}).",
        "reason": "Reason: {reason}.",
        "same": "Decided again from the inputs of that moment under rule {rule}: the same.",
        "other": "Decided again from the inputs of that moment under rule {rule}: something else!",
        "another": "another partner",
        "sharer": "sharer",
        "nobody": "He is no partner's customer now.",
    },
}

# What stands in the rows, as people say it; in English the rows' own words will do.
TERMS = {
    "order": "订单佣金",
    "share": "分享佣金",
    "invite": "邀请奖励",
    "estimated": "待付款",
    "frozen": "待收货",
    "matured": "可结算",
    "payable": "应付",
    "paying": "打款中",
    "paid": "已打款",
    "held": "暂扣",
    "void": "作废",
    "self_purchase": "自己人购买",
    "self_share": "自己分享给自己",
    "self_invite": "自己邀请自己",
    "capped": "超过上限",
    "by hand": "人工处理",
    "resumed": "渠道已恢复",
    "decided": "争议已裁定",
    "suspended": "渠道暂停",
    "dispute": "争议",
    "moved": "按争议裁定转移",
    "chargeback won": "拒付申诉成功，恢复佣金",
    "the channel closed": "渠道已关闭",
}
RULES = ("suspended: ", "dispute: ", "moved: ")  # how reasons begin that nobody wrote, with what follows them


class Teller:
    """Names, times and words of one merchant in one language; `reader`: the channel of the partner who reads them."""

    def __init__(self, reading: Reading, merchant: int, language: str, reader: str | None = None) -> None:
        self._reading = reading
        self._terms = TERMS if language == "zh" else {}
        self.words = WORDS[choice("language", language, LANGUAGES)]
        self.zone = ZoneInfo(find_merchant(reading, merchant).timezone)
        table = tables.channel
        query = select(table.c.id, table.c.public_id, table.c.name, table.c.house)
        rows = reading.connection.execute(query.where(table.c.merchant_id == merchant)).all()
        self.hidden = {row.id for row in rows if reader is not None and not row.house and row.public_id != reader}
        self.names = {row.id: self.words["another"] if row.id in self.hidden else row.name for row in rows}
        self.publics = {row.id: None if row.id in self.hidden else row.public_id for row in rows}
        self._by_public = {row.public_id: row.name for row in rows}

    def say(self, word: str, **given: object) -> str:
        return self.words[word].format(**given)

    def term(self, word: str) -> str:
        """A word out of a row; a reason that somebody wrote stays as it is."""
        rule, _, rest = word.partition(": ")
        if rest and word.startswith(RULES) and rule in self._terms:
            return f"{self._terms[rule]}：{rest}"
        return self._terms.get(word, word)

    def at(self, ms: int) -> str:
        """A time in the merchant's zone, to the second."""
        return datetime.fromtimestamp(ms / 1000, self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def viewer(self, key: int) -> str:
        """A viewer's public id."""
        table = tables.viewer
        return str(self._reading.connection.execute(select(table.c.public_id).where(table.c.id == key)).scalar_one())

    def party(self, party: str) -> str:
        """A channel's name; a sharer by the beginning of his id."""
        kind, _, public = party.partition(":")
        if kind == "channel":
            return str(self._by_public.get(public, public))
        return f"{self.words['sharer']} {public[:6]}"


def why_order(reading: Reading, merchant: int, order: str, language: str = "zh", reader: str | None = None) -> Json:
    """{order, viewer, owner, clause, inputs, rule, lines, agrees, words: [sentence]}; NotFound.

    For the partner `reader`, other partners are null, and the lines are his.
    """
    table = tables.orders
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == order)
    row = reading.connection.execute(query).first()
    if row is None:
        raise NotFound("order", "no such order")
    teller = Teller(reading, merchant, language, reader)
    rule = _rule(reading, merchant, row.rule_hash)
    decided = decide(rule, read_inputs(row.decision), teller.zone)
    lines = _lines(reading, row.id) if reader is None else _lines_of(reader, _lines(reading, row.id))
    words = _order_words(teller, row, rule, decided)
    return {
        "order": order,
        "viewer": teller.viewer(row.viewer_id),
        "owner": teller.publics[row.owner_channel_id],
        "room_channel": teller.publics[row.room_channel_id],
        "clause": decided.clause,
        "agrees": decided.owner == row.owner_channel_id,
        "rule_hash": row.rule_hash,
        "rule": rule.canonical(),
        "inputs": _inputs_for(teller, row.decision),
        "lines": lines,
        "words": words + [sentence for line in lines for sentence in _line_words(teller, line)],
    }


def _inputs_for(teller: Teller, stored: str) -> str:
    """What was looked at, without the numbers of those whom the reader may not know."""
    if not teller.hidden:
        return stored
    found = json.loads(stored)
    for name in ("owner", "room_channel", "own_channel"):
        found[name] = _shown(teller, found[name])
    if found["binding"] is not None:
        found["binding"][0] = _shown(teller, found["binding"][0])
    found["touches"] = [
        [None, None, at, show] if channel in teller.hidden else [touch, channel, at, show]
        for touch, channel, at, show in found["touches"]
    ]
    return json_text(found)


def _shown(teller: Teller, channel: int | None) -> int | None:
    return None if channel in teller.hidden else channel


def _order_words(teller: Teller, row: AnyRow, rule: LockRule, decided: Decision) -> list[str]:
    inputs, names = read_inputs(row.decision), teller.names
    words = [teller.say("touch", at=teller.at(touch.at), channel=names[touch.channel]) for touch in inputs.touches]
    if inputs.binding is not None:
        bound = inputs.binding
        words += [
            teller.say("was", at=teller.at(bound.since), channel=names[bound.channel]),
            _ends(teller, rule, bound.valid_until),
        ]
    words.append(teller.say("room", channel=names[row.room_channel_id]))
    words.append(teller.say(decided.clause, owner=names[row.owner_channel_id]))
    if row.owner_channel_id != row.room_channel_id:
        words.append(_credit_words(teller, rule, row.owner_channel_id, row.room_channel_id))
    agrees = decided.owner == row.owner_channel_id
    return [*words, teller.say("same" if agrees else "other", rule=row.rule_hash[:12])]


def _credit_words(teller: Teller, rule: LockRule, owner: int, room: int) -> str:
    """Who is credited where the owner and the room differ (MONEY section 3, conflict)."""
    parts = f"{rule.split_owner} : {rule.split_room}"
    return teller.say(rule.conflict, owner=teller.names[owner], room=teller.names[room], parts=parts)


def _rule(reading: Reading, merchant: int, digest: str) -> LockRule:
    table = tables.lock_rule
    query = select(table.c.canonical).where(table.c.merchant_id == merchant, table.c.digest == digest).limit(1)
    canonical = reading.connection.execute(query).scalar()
    if canonical is None:
        raise NotFound("rule", "the rule of this decision is not kept")
    return LockRule.parse(canonical)


def _lines(reading: Reading, order: int) -> list[Json]:
    table = tables.commission_line
    names = ("party", "kind", "credited", "sku", "base_minor", "amount_minor", "clawed_minor", "currency", "state")
    query = select(*(table.c[name] for name in (*names, "reason"))).where(table.c.order_id == order)
    return [dict(row._mapping) for row in reading.connection.execute(query.order_by(table.c.id))]


def _lines_of(channel: str, lines: list[Json]) -> list[Json]:
    """What a channel earns; by whose credit only if it is its own."""
    mine = [line for line in lines if line["party"] == channel_party(channel)]
    return [line | {"credited": line["credited"] if line["credited"] == channel else None} for line in mine]


def _line_words(teller: Teller, line: Json) -> list[str]:
    amount = to_decimal(Money(line["amount_minor"] - line["clawed_minor"], line["currency"]))
    given = {"amount": amount, "currency": line["currency"], "kind": teller.term(line["kind"])}
    said = [teller.say("line", party=teller.party(line["party"]), state=teller.term(line["state"]), **given)]
    return [*said, teller.say("reason", reason=teller.term(line["reason"]))] if line["reason"] else said


def _ends(teller: Teller, rule: LockRule, until: int | None) -> str:
    of_show = rule.mode == "per_broadcast"
    if until is None:
        return teller.say("for_show" if of_show else "for_ever")
    return teller.say("show_until" if of_show else "valid", until=teller.at(until))


def why_customer(reading: Reading, merchant: int, viewer: str, language: str = "zh", reader: str | None = None) -> Json:
    """{viewer, channel, events: [{at, kind, channel, ...}], words: [sentence]}: all that ever counted, in its order.

    For the partner `reader`, other partners are null.
    """
    key = find_viewer(reading, merchant, viewer)
    if key is None:
        raise NotFound("viewer", "no such viewer")
    teller = Teller(reading, merchant, language, reader)
    tenant = find_tenant(reading, merchant)
    events = sorted([*_touches(reading, key), *_bindings(reading, key)], key=lambda event: (event["at"], event["id"]))
    held = _holder(reading, tenant, key)
    words = [sentence for event in events for sentence in _event_words(teller, tenant.rule, event)]
    if held is None:
        words.append(teller.say("nobody"))
    for event in events:
        if event["channel"] in teller.hidden:
            for name in ("touch", "reason", "by"):
                event.pop(name, None)
        event["channel"] = teller.publics[event["channel"]]
        del event["id"]
        event.pop("lost", None)
    return {
        "viewer": viewer,
        "channel": None if held is None else teller.publics[held],
        "events": events,
        "words": words,
    }


def _holder(reading: Reading, tenant: Tenant, viewer: int) -> int | None:
    """The channel whose customer an order of this moment would find him to be."""
    held = find_held(reading, [viewer]).get(viewer)
    if held is None:
        return None
    looked_at = Situation(reading.now, tenant.house, tenant.house, held.terms, show=tenant.show)
    binding = valid_binding(tenant.rule, looked_at)
    return None if binding is None else binding.channel


def _event_words(teller: Teller, rule: LockRule, event: Json) -> list[str]:
    if event["kind"] == "touch":
        return [teller.say("touch", at=teller.at(event["at"]), channel=teller.names[event["channel"]])]
    reason = event.get("reason", "")
    given = teller.term(reason) if event["clause"] == "passed" else reason  # only there nobody wrote it
    why = teller.say(f"by_{event['clause']}", by=event.get("by", ""), reason=given)
    if "reason" in event and event["channel"] in teller.hidden:  # it may say who that is
        why = teller.say("by_hand")
    channel = teller.names[event["channel"]]
    said = [
        teller.say("bind", at=teller.at(event["at"]), channel=channel, clause=why),
        _ends(teller, rule, event["valid_until"]),
    ]
    if event["state"] == "active":
        return said
    if "lost" not in event:
        return [*said, teller.say("ended")]
    at = event["lost"]
    return [*said, teller.say("lost_once") if at is None else teller.say("lost", at=teller.at(at))]


def _touches(reading: Reading, viewer: int) -> list[Json]:
    table = tables.touch
    query = select(table).where(table.c.viewer_id == viewer, table.c.counted_at.is_not(None))
    return [
        {"id": row.id, "kind": "touch", "at": row.counted_at, "channel": row.channel_id, "touch": row.public_id}
        for row in reading.connection.execute(query)
    ]


def _bindings(reading: Reading, viewer: int) -> list[Json]:
    table, by_hand = tables.binding, tables.rebinding
    query = select(table, by_hand.c.reason, by_hand.c.decided_by).where(table.c.viewer_id == viewer)
    query = query.outerjoin(by_hand, by_hand.c.binding_id == table.c.id)
    rows = reading.connection.execute(query).all()
    lost, ended = _lost(rows), {row.id: row.ended_at for row in rows}
    return [
        _binding(row, ended.get(row.replaces_id)) | ({"lost": row.ended_at} if row.id in lost else {}) for row in rows
    ]


def _lost(rows: Sequence[AnyRow]) -> set[int]:
    """Those in whose place no other one came: when two viewers were one, the other one's stayed."""
    replaced = {row.replaces_id for row in rows}
    came_along = {(row.channel_id, row.since) for row in rows if row.clause == MERGED}
    return {
        row.id
        for row in rows
        if row.state != "active" and row.id not in replaced and (row.channel_id, row.since) not in came_along
    }


def _binding(row: AnyRow, began_at: int | None) -> Json:
    """One that came along with another viewer is his from that login on; it counts from the touch that made it."""
    at = began_at or row.since if row.clause == MERGED else row.since
    ends = {"since": row.since, "valid_until": row.valid_until, "protected_until": row.protected_until}
    found = {"id": row.id, "kind": "binding", "at": at, "channel": row.channel_id, "state": row.state}
    found |= ends | {"clause": row.clause, "rule_hash": row.rule_hash}
    return found if row.reason is None else found | {"reason": row.reason, "by": row.decided_by}
