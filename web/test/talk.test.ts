import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChatLine, ServerMessage } from "../src/api/messages.ts";
import type { Announcement, HostAnswer, Removed, Standing } from "../src/api/talk.ts";
import { emptyFeed, type Feed, receive } from "../src/room/feed.ts";
import { lineKey, ruleOf } from "../src/room/talk.ts";

const OPEN = { slow_seconds: 0, muted: false, held: false };
const STANDING: Standing = { type: "standing", muted: null, banned: null, room_rule: OPEN, all_rule: OPEN };

const line = (offset: number, who: string): ChatLine => ({
  type: "chat",
  stream: "room",
  epoch: "e",
  offset,
  at: "2026-01-01T00:00:00Z",
  from: { id: who, name: who },
  text: `line ${offset}`,
  id: `id${offset}`,
});

const removed = (offset: number, more: Partial<Removed>): Removed => ({
  type: "removed",
  stream: "room",
  epoch: "e",
  offset,
  line: null,
  viewer: null,
  ...more,
});

function after(...messages: ServerMessage[]): Feed {
  const begun: Feed = { ...emptyFeed(null), room: { epoch: "e", offset: 0 }, show: { epoch: "s", offset: 0 } };
  return messages.reduce((feed, message) => {
    const { feed: next, gap } = receive(feed, message, 0);
    assert.equal(gap, false, message.type);
    return next;
  }, begun);
}

const offsets = (feed: Feed) => feed.lines.map((one) => ("offset" in one ? one.offset : -1));

describe("what is taken down", () => {
  it("goes by its place", () => {
    const feed = after(line(1, "a"), line(2, "b"), removed(3, { line: { epoch: "e", offset: 1 } }));
    assert.deepEqual(offsets(feed), [2]);
    const other = after(line(1, "a"), removed(2, { line: { epoch: "another", offset: 1 } }));
    assert.deepEqual(offsets(other), [1]);
  });

  it("goes by who said it, in both streams", () => {
    assert.deepEqual(offsets(after(line(1, "a"), line(2, "b"), removed(3, { viewer: "a" }))), [2]);
    const show = removed(1, { stream: "show", epoch: "s", viewer: "a" });
    assert.deepEqual(offsets(after(line(1, "a"), show, line(2, "a"))), [2]);
    const answers = ["a", "b"].map((who, at): HostAnswer => {
      return { ...line(at + 1, who), type: "answer", question: who, asked: "?", text: "!" };
    });
    assert.deepEqual(offsets(after(...answers, removed(3, { viewer: "a" }))), [2], "an answer quotes who asked");
  });
});

describe("what is said beside chat", () => {
  it("stands between the lines, with keys of its own", () => {
    const answer: HostAnswer = { ...line(2, "a"), type: "answer", question: "q", asked: "?", text: "!" };
    const news: Announcement = {
      type: "announcement",
      stream: "show",
      epoch: "s",
      offset: 1,
      at: answer.at,
      id: "n",
      text: "now",
    };
    const feed = after(line(1, "a"), answer, news);
    assert.deepEqual(
      feed.lines.map((one) => one.type),
      ["chat", "answer", "announcement"],
    );
    assert.equal(new Set(feed.lines.map(lineKey)).size, 3);
  });

  it("a line that waits is marked", () => {
    const begun = { ...after(), pending: [{ id: "x", text: "t", sent: true, refused: null }] };
    assert.equal(receive(begun, { type: "held", id: "x" }, 0).feed.pending[0]?.held, true);
  });
});

describe("how a viewer stands", () => {
  it("is what was said last, and rules change it", () => {
    const slow = { ...OPEN, slow_seconds: 5 };
    const feed = after(
      STANDING,
      { type: "rules", stream: "room", epoch: "e", offset: 1, rule: slow },
      { type: "rules", stream: "show", epoch: "s", offset: 1, rule: { ...OPEN, held: true } },
    );
    assert.deepEqual(ruleOf(feed.standing), { slow_seconds: 5, muted: false, held: true });
  });

  it("is open while nothing is known", () => {
    assert.deepEqual(ruleOf(null), OPEN);
  });

  it("hears whether other rooms can be reached", () => {
    assert.equal(after({ type: "line", up: false }).busUp, false);
  });
});
