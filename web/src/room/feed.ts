/**
 * What a room's messages do to what the page knows: pure, so that "no gap, no duplicate" (PROTOCOLS 5) is a table of tests.
 *
 * Each stream's facts count up by one. Seen before: skipped. One missing, or another epoch: `gap`, and the caller connects
 * anew with the last places, where the server either fills the gap or sends a snapshot.
 */

import type { ChatLine, Fact, Place, ServerMessage, Speaker } from "../api/messages.ts";
import type { Announcement, HostAnswer, Standing } from "../api/talk.ts";
import type { RoomView, ShelfItem, ShowView, Sku } from "../api/types.ts";
import { type Line, without, withRule } from "./talk.ts";

export const LINES_MAX = 200; // kept and shown

export interface Dropped {
  type: "dropped";
  from: number;
  count: number;
}

/** A line of ours that has not come back yet. `refused` says why it will not ("" when nobody knows). */
export interface Pending {
  id: string;
  text: string;
  /** It left this page. What did not is sent when the line is there again. */
  sent: boolean;
  refused: string | null;
  /** It waits for approval. */
  held?: boolean;
}

export interface Feed {
  view: RoomView | null;
  viewer: Speaker | null;
  /** Who he was in this window before he logged in. */
  before: readonly string[];
  lines: readonly Line[];
  pending: readonly Pending[];
  likes: number;
  room: Place | null;
  show: Place | null;
  /** What the viewer may do here; null until the server has said so. */
  standing: Standing | null;
  /** The node can reach the other rooms. */
  busUp: boolean;
  /** An error about nothing we wait for. */
  complaint: string;
  /** Before this moment (milliseconds since 1970) the server takes no line of ours. */
  waitUntil: number;
}

export function emptyFeed(view: RoomView | null): Feed {
  return {
    view,
    viewer: null,
    before: [],
    lines: [],
    pending: [],
    likes: 0,
    room: null,
    show: null,
    standing: null,
    busUp: true,
    complaint: "",
    waitUntil: 0,
  };
}

export type Outcome = { feed: Feed; gap: boolean };

export function receive(feed: Feed, message: ServerMessage, now: number): Outcome {
  if ("stream" in message && message.type !== "dropped") return receiveFact(feed, message);
  return { feed: receiveOther(feed, message as Exclude<ServerMessage, Fact>, now), gap: false };
}

function receiveFact(feed: Feed, fact: Fact): Outcome {
  const last = feed[fact.stream];
  if (last === null || last.epoch !== fact.epoch || fact.offset > last.offset + 1) return { feed, gap: true };
  if (fact.offset <= last.offset) return { feed, gap: false };
  const place: Place = { epoch: fact.epoch, offset: fact.offset };
  return { feed: { ...applyFact(feed, fact), [fact.stream]: place }, gap: false };
}

function applyFact(feed: Feed, fact: Fact): Feed {
  switch (fact.type) {
    case "chat":
      return heard(feed, fact);
    case "answer":
    case "announcement":
      return shown(feed, fact);
    case "removed":
      return { ...feed, lines: without(feed.lines, fact) };
    case "rules":
      return { ...feed, standing: withRule(feed.standing, fact) };
    case "notice":
      return changeView(feed, () => ({ notice: fact.text }));
    case "room_state":
      return changeView(feed, () => ({ state: fact.state }));
    case "show_state":
      return changeView(feed, (view) => ({ show: withWhep(fact.show, view) }));
    case "shelf":
      return changeView(feed, (view) => ({ shelf: fact.shelf.filter((item) => !view.hidden.includes(item.product)) }));
    case "hidden":
      return changeView(feed, () => ({ hidden: fact.hidden, shelf: fact.shelf }));
    case "stock":
      return changeView(feed, (view) => ({ shelf: withStock(view.shelf, fact.sku, fact.free) }));
    case "sale":
      return changeView(feed, (view) => ({ shelf: withLeft(view.shelf, fact.sku, fact.sale, fact.left) }));
    case "pin":
      return changeView(feed, (view) => ({ shelf: withPin(view.shelf, fact.product, fact.pinned) }));
    default:
      return feed; // a newer server's fact: its place counts, its content is not for this page
  }
}

function receiveOther(feed: Feed, message: Exclude<ServerMessage, Fact>, now: number): Feed {
  switch (message.type) {
    case "welcome":
      return welcomed(feed, message);
    case "snapshot":
      return tookSnapshot(feed, message.room, message.chat);
    case "standing":
      return { ...feed, standing: message };
    case "held":
      return waits(feed, message.id);
    case "said": // it was heard before we asked again
      return { ...feed, pending: feed.pending.filter((own) => own.id !== message.id), complaint: "" };
    case "line":
      return { ...feed, busUp: message.up };
    case "presence":
      return changeView(feed, () => ({ viewers: message.viewers, total_viewers: message.total }));
    case "likes":
      return { ...feed, likes: feed.likes + message.count };
    case "dropped":
      return skipped(feed, message.from, message.to, message.count);
    case "error":
      return refused(feed, message.id ?? null, message.detail, now + 1000 * (message.retry_after ?? 0));
    default:
      return feed;
  }
}

/**
 * Resumed: the missed facts follow from where we are. Else a snapshot follows, and counting goes on from the welcome's places.
 * What we sent on the old line may or may not have arrived: it is not sent again unasked. If it did, it is among the missed lines.
 */
function welcomed(feed: Feed, { viewer, room, show, resumed }: ServerMessage & { type: "welcome" }): Feed {
  const pending = feed.pending.map((own) => (own.sent && own.refused === null ? { ...own, refused: "" } : own));
  return resumed ? { ...feed, viewer, pending } : { ...feed, viewer, pending, room, show };
}

function changeView(feed: Feed, change: (view: RoomView) => Partial<RoomView>): Feed {
  return feed.view === null ? feed : { ...feed, view: { ...feed.view, ...change(feed.view) } };
}

function heard(feed: Feed, line: ChatLine): Feed {
  return {
    ...feed,
    lines: [...feed.lines, line].slice(-LINES_MAX),
    pending: feed.pending.filter((own) => own.id !== line.id || !isOwn(feed, line)),
    complaint: "",
  };
}

export function isOwn({ viewer, before }: Feed, { from }: ChatLine): boolean {
  return from.id === viewer?.id || before.includes(from.id);
}

/** The next line is another viewer's of the same person. */
export function loggedIn(feed: Feed): Feed {
  return feed.viewer === null ? feed : { ...feed, before: [...feed.before, feed.viewer.id] };
}

function shown(feed: Feed, line: HostAnswer | Announcement): Feed {
  return { ...feed, lines: [...feed.lines, line].slice(-LINES_MAX) };
}

function waits(feed: Feed, id: string): Feed {
  return { ...feed, pending: feed.pending.map((own) => (own.id === id ? { ...own, held: true } : own)) };
}

/** A flood: lines `from` to `to` were left out for us; facts in between come by themselves. */
function skipped(feed: Feed, from: number, to: number, count: number): Feed {
  if (feed.room === null || to <= feed.room.offset) return feed;
  const mark: Dropped = { type: "dropped", from, count };
  return { ...feed, room: { ...feed.room, offset: to }, lines: [...feed.lines, mark].slice(-LINES_MAX) };
}

/** The snapshot's lines replace ours; what we sent and is among them has arrived. */
function tookSnapshot(feed: Feed, view: RoomView, chat: readonly (ChatLine | HostAnswer)[]): Feed {
  const arrived = new Set(chat.map((line) => (line.type === "chat" ? line.id : "")));
  return { ...feed, view, lines: chat.slice(-LINES_MAX), pending: feed.pending.filter((own) => !arrived.has(own.id)) };
}

function refused(feed: Feed, id: string | null, detail: string, waitUntil: number): Feed {
  const known = id !== null && feed.pending.some((own) => own.id === id);
  if (!known) return { ...feed, complaint: detail, waitUntil };
  const pending = feed.pending.map((own) => (own.id === id ? { ...own, refused: detail } : own));
  return { ...feed, pending, complaint: detail, waitUntil };
}

/** The same fact goes to all rooms, so it names no room's WHEP address; that is known from the room. */
function withWhep(show: ShowView | null, { room, webrtc }: RoomView): ShowView | null {
  return show === null || show.hls === null || !webrtc ? show : { ...show, whep: `/r/${room}/whep` };
}

function withStock(shelf: readonly ShelfItem[], sku: string, free: number): ShelfItem[] {
  return shelf.map((item) =>
    item.skus.some((one) => one.sku === sku)
      ? { ...item, skus: item.skus.map((one) => (one.sku === sku ? { ...one, free } : one)) }
      : item,
  );
}

function withLeft(shelf: readonly ShelfItem[], sku: string, sale: string, left: number): ShelfItem[] {
  const changed = (one: Sku): Sku =>
    one.sku === sku && one.sale?.sale === sale ? { ...one, sale: { ...one.sale, left } } : one;
  return shelf.map((item) => ({ ...item, skus: item.skus.map(changed) }));
}

function withPin(shelf: readonly ShelfItem[], product: string, pinned: boolean): ShelfItem[] {
  return shelf.map((item) => (item.product === product ? { ...item, pinned } : item));
}

export function pinnedItem(shelf: readonly ShelfItem[]): ShelfItem | null {
  return shelf.find((item) => item.pinned) ?? null;
}
