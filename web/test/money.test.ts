import assert from "node:assert/strict";
import { test } from "node:test";
import { decimal, formatMoney, minorDigits, parseMinor } from "../src/money.ts";

const cases: [string, number, string][] = [
  ["CNY", 1250, "12.50"],
  ["HUF", 100_000, "1,000.00"],
  ["IDR", 7, "0.07"],
  ["IQD", 1250, "1.250"],
  ["JPY", 1250, "1,250"],
  ["XPF", 500, "500"],
];

test("amounts have the places that are charged, whatever the browser's table says", () => {
  for (const [currency, minor, text] of cases) {
    assert.equal(formatMoney({ minor, currency }, "en").replace(/[^0-9.,]/g, ""), text, currency);
    assert.equal(decimal({ minor, currency }), text.replaceAll(",", ""), currency);
    assert.equal(parseMinor(text.replaceAll(",", ""), currency), minor, currency);
    assert.equal(minorDigits(currency), text.split(".")[1]?.length ?? 0, currency);
  }
});
