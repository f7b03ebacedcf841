import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Marker } from "../src/api/replay.ts";
import { clockOf, reached } from "../src/room/markers.ts";

const at = (seconds: number): Marker => ({ product: "p", name: "Tea", image_url: "", seconds });

describe("a replay's markers", () => {
  it("the present one is the last that was reached", () => {
    const markers = [at(0), at(30), at(30), at(95)];
    const table: [number, number][] = [
      [-1, -1],
      [0, 0],
      [29.9, 0],
      [30, 2],
      [94, 2],
      [500, 3],
    ];
    for (const [seconds, index] of table) assert.equal(reached(markers, seconds), index, String(seconds));
    assert.equal(reached([], 10), -1);
  });

  it("times are read as on a clock", () => {
    assert.deepEqual([0, 7.9, 187, 3_723, -3].map(clockOf), ["0:00", "0:07", "3:07", "1:02:03", "0:00"]);
  });
});
