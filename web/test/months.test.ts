import assert from "node:assert/strict";
import { test } from "node:test";
import { latestMonths } from "../src/desk/months.ts";

test("months follow each other over the end of a year, whatever day it is", () => {
  const found = latestMonths(new Date(2026, 1, 28), 4, "en-GB");
  assert.deepEqual(
    found.map(({ start, end }) => [start, end]),
    [
      ["2026-02-01", "2026-03-01"],
      ["2026-01-01", "2026-02-01"],
      ["2025-12-01", "2026-01-01"],
      ["2025-11-01", "2025-12-01"],
    ],
  );
  assert.equal(found[0]?.name, "February 2026");
  assert.equal(latestMonths(new Date(2026, 11, 31), 1, "zh")[0]?.end, "2027-01-01");
});
