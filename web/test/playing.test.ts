import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ShowView } from "../src/api/types.ts";
import { Patience, step } from "../src/player/pace.ts";
import { mediaKey, plan } from "../src/player/plan.ts";
import { Progress } from "../src/player/progress.ts";

const SHOW: ShowView = { id: "s", title: "", state: "live", starts_at: null, hls: "/h", whep: "/w", replay: false };
const ALL = { webrtc: true, mediaSource: true, nativeHls: true };
const ways = (...steps: Parameters<typeof plan>) => plan(...steps).map((step) => step.way);

describe("the ways to play", () => {
  it("WebRTC first, then LL-HLS, native only without MSE", () => {
    assert.deepEqual(ways(SHOW, ALL, new Set()), ["webrtc", "ll-hls"]);
    assert.deepEqual(ways(SHOW, { ...ALL, mediaSource: false }, new Set()), ["webrtc", "hls"]);
    assert.deepEqual(ways(SHOW, { ...ALL, webrtc: false }, new Set()), ["ll-hls"]);
  });

  it("what failed in this show is not tried first again", () => {
    assert.deepEqual(ways(SHOW, ALL, new Set(["webrtc"] as const)), ["ll-hls"]);
  });

  it("only what the show has", () => {
    assert.deepEqual(ways({ ...SHOW, whep: null }, ALL, new Set()), ["ll-hls"]);
    assert.deepEqual(ways({ ...SHOW, hls: null }, ALL, new Set()), ["webrtc"]);
    assert.deepEqual(ways({ ...SHOW, hls: null, whep: null }, ALL, new Set()), []);
  });

  it("none unless the show is on and has media", () => {
    for (const state of ["announced", "ended"] as const) assert.equal(mediaKey({ ...SHOW, state }), null);
    assert.equal(mediaKey({ ...SHOW, state: "paused" }), mediaKey(SHOW), "a pause plays its slate and ends by itself");
    assert.equal(mediaKey({ ...SHOW, hls: null, whep: null }), null);
    assert.equal(mediaKey(null), null);
    assert.notEqual(mediaKey(SHOW), mediaKey({ ...SHOW, id: "other" }));
  });
});

describe("progress of a picture", () => {
  it("begins when it moves, stalls when it stops", () => {
    const progress = new Progress(0, 5_000, 3_000);
    assert.deepEqual(
      [
        progress.look(0, 500),
        progress.look(0, 4_000),
        progress.look(0.5, 4_500),
        progress.look(1, 5_000),
        progress.look(1, 8_000),
        progress.look(1, 8_001),
      ],
      ["same", "same", "moving", "same", "same", "stalled"],
    );
  });

  it("is late when it never moves", () => {
    const progress = new Progress(0, 5_000, 3_000);
    assert.equal(progress.look(0, 5_000), "same");
    assert.equal(progress.look(0, 5_001), "late");
  });

  it("does not count what was held on purpose", () => {
    const progress = new Progress(0, 5_000, 3_000);
    progress.look(0, 100);
    progress.look(1, 200);
    progress.excuse(60_000);
    assert.equal(progress.look(1, 61_000), "same");
  });
});

describe("the pace of LL-HLS", () => {
  it("two players that start apart come to the same moment, from ahead as from behind", () => {
    const [target, look] = [1.5, 0.25];
    for (const start of [0.7, 1.4, 2.1, 4.5]) {
      let latency = start;
      for (let now = 0; now < 60; now += look) {
        const rate = step(latency - target, 1);
        assert.notEqual(rate, "jump");
        latency -= (Number(rate) - 1) * look;
      }
      assert.ok(Math.abs(latency - target) <= 0.05, `${start}: ${latency}`);
    }
  });

  it("faster only with something to play, never by more than is hardly heard", () => {
    assert.equal(step(1.5, 0.1), 1);
    assert.equal(step(0.9, 2), 1.1);
    assert.equal(step(-1.3, 0.1), 0.94);
    assert.equal(step(0.03, 2), 1);
  });

  it("what is far behind is skipped", () => {
    assert.equal(step(4.1, 0), "jump");
    assert.notEqual(step(3.9, 2), "jump");
    assert.equal(step(1.1, 1.8), "jump", "when what comes then is there already");
    assert.notEqual(step(1.1, 1.6), "jump");
    assert.notEqual(step(0.9, 9), "jump");
  });

  it("one stall moves nobody; a line that stalls again gets more room and gives it back", () => {
    const patience = new Patience();
    patience.stalled(100);
    assert.equal(patience.at(100), 0);
    for (const at of [110, 115]) patience.stalled(at);
    assert.equal(patience.at(116), 1);
    assert.equal(patience.at(136), 0.5);
    patience.stalled(140);
    assert.equal(patience.at(140), 0.5);
    for (let at = 141; at < 160; at++) patience.stalled(at);
    assert.equal(patience.at(160), 2);
    assert.equal(patience.at(300), 0);
  });
});
