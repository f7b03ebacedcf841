import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChatLine, ServerMessage } from "../src/api/messages.ts";
import type { RoomView, ShowView } from "../src/api/types.ts";
import { emptyFeed, type Feed, isOwn, LINES_MAX, loggedIn, pinnedItem, receive } from "../src/room/feed.ts";

const NOW = 1_000_000;
const ME = { id: "me", name: "Me" };
const SHOW: ShowView = { id: "s", title: "T", state: "live", starts_at: null, hls: null, whep: null, replay: false };

function view(): RoomView {
  const sku = {
    sku: "k1",
    name: "K",
    price: { minor: 100, currency: "CNY" },
    free: 5,
    per_buyer_max: null,
    per_order_max: null,
    sale: null,
  };
  const item = { product: "p1", name: "P", description: "", image_url: "", position: 0, pinned: false, skus: [sku] };
  return {
    room: "north",
    name: "North",
    logo_url: "",
    cover_url: "",
    notice: "",
    welcome: "",
    theme: { accent: "#112233" },
    state: "active",
    channel: { id: "c", name: "North" },
    merchant: { name: "M" },
    language: "en",
    currency: "CNY",
    webrtc: true,
    show: SHOW,
    shelf: [item, { ...item, product: "p2", skus: [{ ...sku, sku: "k2" }] }],
    hidden: [],
    viewers: 1,
    total_viewers: 2,
  };
}

const chat = (offset: number, more: Partial<ChatLine> = {}): ChatLine => ({
  type: "chat",
  stream: "room",
  epoch: "e",
  offset,
  at: "2026-01-01T00:00:00Z",
  from: { id: "v", name: "V" },
  text: `line ${offset}`,
  id: `id${offset}`,
  ...more,
});

const welcome = (room: number, show: number, resumed: boolean): ServerMessage => ({
  type: "welcome",
  viewer: ME,
  room: { epoch: "e", offset: room },
  show: { epoch: "x", offset: show },
  resumed,
});

function after(feed: Feed, ...messages: ServerMessage[]): Feed {
  return messages.reduce((state, message) => {
    const outcome = receive(state, message, NOW);
    assert.equal(outcome.gap, false, `${message.type} is no gap`);
    return outcome.feed;
  }, feed);
}

const entered = () =>
  after(emptyFeed(null), welcome(5, 0, false), { type: "snapshot", room: view(), chat: [chat(4), chat(5)] });
const texts = (feed: Feed) =>
  feed.lines.map((line) =>
    line.type === "chat" ? line.offset : line.type === "dropped" ? `-${line.count}` : line.type,
  );

describe("the streams of a room", () => {
  it("says that the channel is suspended to whoever is in its room", () => {
    const feed = after(entered(), { type: "room_state", stream: "room", epoch: "e", offset: 6, state: "suspended" });
    assert.equal(feed.view?.state, "suspended");
  });

  it("goes on from the welcome after a snapshot", () => {
    assert.deepEqual(texts(after(entered(), chat(6), chat(7))), [4, 5, 6, 7]);
  });

  it("skips what it has seen", () => {
    assert.deepEqual(texts(after(entered(), chat(6), chat(6), chat(5))), [4, 5, 6]);
  });

  it("names a gap and leaves everything as it was", () => {
    const feed = entered();
    assert.deepEqual(receive(feed, chat(7), NOW), { feed, gap: true });
  });

  it("takes another epoch for a gap", () => {
    assert.equal(receive(entered(), chat(6, { epoch: "f" }), NOW).gap, true);
  });

  it("takes a fact before any welcome for a gap", () => {
    assert.equal(receive(emptyFeed(view()), chat(1), NOW).gap, true);
  });

  it("keeps its place when resumed, so that the missed lines fit", () => {
    assert.deepEqual(texts(after(entered(), welcome(7, 0, true), chat(6), chat(7))), [4, 5, 6, 7]);
  });

  it("lets a snapshot replace the lines", () => {
    const feed = after(
      entered(),
      welcome(90, 3, false),
      { type: "snapshot", room: view(), chat: [chat(89), chat(90)] },
      chat(91),
    );
    assert.deepEqual(texts(feed), [89, 90, 91]);
  });

  it("counts the streams apart", () => {
    const pin: ServerMessage = { type: "pin", stream: "show", epoch: "x", offset: 1, product: "p2", pinned: true };
    const feed = after(entered(), pin, chat(6));
    assert.deepEqual([feed.room?.offset, feed.show?.offset], [6, 1]);
    assert.equal(pinnedItem(feed.view?.shelf ?? [])?.product, "p2");
  });

  it("shows how many lines a flood left out and goes on behind them", () => {
    const dropped: ServerMessage = { type: "dropped", stream: "room", from: 6, to: 20, count: 15 };
    assert.deepEqual(texts(after(entered(), dropped, chat(21))), [4, 5, "-15", 21]);
    assert.deepEqual(
      texts(after(entered(), chat(6), { ...dropped, from: 3, to: 6, count: 4 })),
      [4, 5, 6],
      "seen already",
    );
  });

  it("keeps so many lines and no more", () => {
    const lines = Array.from({ length: LINES_MAX + 20 }, (_, i) => chat(6 + i));
    const feed = after(entered(), ...lines);
    assert.equal(feed.lines.length, LINES_MAX);
    assert.equal(texts(feed).at(-1), 5 + lines.length);
  });

  it("counts the place of a fact it does not know", () => {
    const unknown = { type: "lottery", stream: "show", epoch: "x", offset: 1 } as unknown as ServerMessage;
    assert.equal(after(entered(), unknown).show?.offset, 1);
  });
});

describe("what facts change", () => {
  it("stock, shelf, notice, presence, likes", () => {
    const feed = after(
      entered(),
      { type: "stock", stream: "show", epoch: "x", offset: 1, sku: "k2", free: 0 },
      { type: "notice", stream: "room", epoch: "e", offset: 6, at: "", text: "Hello" },
      { type: "presence", viewers: 7, total: 70 },
      { type: "likes", count: 3 },
      { type: "likes", count: 2 },
    );
    assert.deepEqual(
      feed.view?.shelf.map((item) => item.skus[0]?.free),
      [5, 0],
    );
    assert.deepEqual(
      [feed.view?.notice, feed.view?.viewers, feed.view?.total_viewers, feed.likes],
      ["Hello", 7, 70, 5],
    );
  });

  it("the show's media give the room its own WHEP address", () => {
    const show = { ...SHOW, hls: "/live/s/1/index.m3u8" };
    const feed = after(entered(), { type: "show_state", stream: "show", epoch: "x", offset: 1, show });
    assert.equal(feed.view?.show?.whep, "/r/north/whep");
    const ended = after(feed, {
      type: "show_state",
      stream: "show",
      epoch: "x",
      offset: 2,
      show: { ...SHOW, state: "ended" },
    });
    assert.equal(ended.view?.show?.whep, null);
  });

  it("where WebRTC is not offered, the show's media stay LL-HLS", () => {
    const show = { ...SHOW, hls: "/live/s/1/index.m3u8" };
    const feed = { ...entered(), view: { ...view(), webrtc: false } };
    const told = after(feed, { type: "show_state", stream: "show", epoch: "x", offset: 1, show });
    assert.deepEqual([told.view?.show?.hls, told.view?.show?.whep], [show.hls, null]);
  });
});

describe("one's own lines", () => {
  const waiting = () => ({ ...entered(), pending: [{ id: "mine", text: "hi", sent: true, refused: null }] });

  it("stop waiting when they come back", () => {
    assert.deepEqual(after(waiting(), chat(6, { id: "mine", from: ME })).pending, []);
  });

  it("are not taken for another's with the same id", () => {
    assert.equal(after(waiting(), chat(6, { id: "mine" })).pending.length, 1);
  });

  it("are still his when he has logged in meanwhile, as another viewer", () => {
    const said = chat(6, { id: "mine", from: ME });
    const again = { ...welcome(5, 0, true), viewer: { id: "logged in", name: ME.name } };
    const feed = after(loggedIn(waiting()), again as ServerMessage, said);
    assert.deepEqual(feed.pending, []);
    assert.deepEqual(
      [said, chat(7, { from: { id: "logged in", name: "" } }), chat(8)].map((line) => isOwn(feed, line)),
      [true, true, false],
    );
  });

  it("say why they were refused, and until when to wait", () => {
    const feed = after(waiting(), { type: "error", field: "text", detail: "too fast", id: "mine", retry_after: 2 });
    assert.deepEqual(feed.pending, [{ id: "mine", text: "hi", sent: true, refused: "too fast" }]);
    assert.equal(feed.waitUntil, NOW + 2_000);
  });

  it("is forgotten when the server says that it was heard before", () => {
    assert.deepEqual(after(waiting(), { type: "said", id: "mine" }).pending, []);
    assert.equal(after(waiting(), { type: "said", id: "another" }).pending.length, 1);
  });

  it("wait for the line when they could not be sent", () => {
    const unsent = { ...entered(), pending: [{ id: "mine", text: "hi", sent: false, refused: null }] };
    assert.equal(after(unsent, welcome(5, 0, true)).pending[0]?.refused, null);
  });

  it("are unanswered after a lost connection, unless they arrive with the missed ones", () => {
    const back = after(waiting(), welcome(6, 0, true));
    assert.equal(back.pending[0]?.refused, "");
    assert.deepEqual(after(back, chat(6, { id: "mine", from: ME })).pending, []);
    const snapshot: ServerMessage = { type: "snapshot", room: view(), chat: [chat(6, { id: "mine", from: ME })] };
    assert.deepEqual(after(waiting(), welcome(6, 0, false), snapshot).pending, []);
  });
});
