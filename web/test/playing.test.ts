import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ShowView } from "../src/api/types.ts";
import { mediaKey, plan } from "../src/player/plan.ts";
import { Progress } from "../src/player/progress.ts";

const SHOW: ShowView = { id: "s", title: "", state: "live", starts_at: null, hls: "/h", whep: "/w" };
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
    for (const state of ["announced", "paused", "ended"] as const) assert.equal(mediaKey({ ...SHOW, state }), null);
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
