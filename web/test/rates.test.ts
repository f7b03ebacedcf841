import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  draftOf,
  emptyRate,
  formatMinor,
  formatPercent,
  NotANumber,
  parsePercent,
  rateOf,
  shareDraftsOf,
} from "../src/hq/rates.ts";

describe("rates", () => {
  it("reads per cent as whole parts per million, and refuses what is finer or no number", () => {
    assert.deepEqual(["10", "12.5", "0.0001", "100", "0.1", "", "1,5", "-1", "0.00001", "1e2"].map(parsePercent), [
      100_000,
      125_000,
      1,
      1_000_000,
      1_000,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it("writes what it reads", () => {
    for (const ppm of [0, 1, 9, 100, 125_000, 300_000, 999_999, 1_000_000]) {
      assert.equal(parsePercent(formatPercent(ppm)), ppm);
    }
    assert.deepEqual(
      [formatMinor(1250, "CNY"), formatMinor(5, "CNY"), formatMinor(1250, "JPY")],
      ["12.50", "0.05", "1250"],
    );
  });

  it("gives a rate back as it came, whatever its way", () => {
    const plain = { ppm: 0, fixed_minor: 0, tiers: [], level: null, sku: null, product: null, show: null, depth: 0 };
    const rates = [
      { ...plain, ppm: 125_000, depth: 1, level: "store" },
      { ...plain, fixed_minor: 500, sku: "k1" },
      { ...plain, tiers: [[0, 50_000] as [number, number], [1_000_000, 75_000] as [number, number]] },
    ];
    assert.deepEqual(
      rates.map((rate) => rateOf(draftOf(rate, "CNY"), "CNY", "rates[0]")),
      rates,
    );
  });

  it("offers of a sharer's older rates what they pay", () => {
    const plain = { ppm: 0, fixed_minor: 0, tiers: [], level: null, sku: null, product: null, show: null, depth: 0 };
    const tiers = [[0, 50_000] as [number, number], [1_000_000, 75_000] as [number, number]];
    const drafts = shareDraftsOf(
      [
        { ...plain, tiers },
        { ...plain, ppm: 9, level: "gold" },
        { ...plain, ppm: 9, depth: 1 },
        { ...plain, fixed_minor: 500, sku: "k1" },
      ],
      "CNY",
    );
    assert.deepEqual(
      drafts.map((draft) => rateOf(draft, "CNY", "")),
      [
        { ...plain, ppm: 50_000 },
        { ...plain, fixed_minor: 500, sku: "k1" },
      ],
    );
  });

  it("names the field that is no number as the server would", () => {
    const failed = (change: object) => {
      try {
        rateOf({ ...emptyRate(), ...change }, "CNY", "rates[2]");
      } catch (error) {
        return error instanceof NotANumber ? error.field : error;
      }
      return "";
    };
    assert.equal(failed({ percent: "ten" }), "rates[2].ppm");
    assert.equal(failed({ way: "fixed", fixed: "1.005" }), "rates[2].fixed_minor");
    assert.equal(failed({ way: "tiers", tiers: [{ from: "0", percent: "x" }] }), "rates[2].tiers[0]");
  });
});
