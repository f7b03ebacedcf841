import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf } from "../src/api/links-api.ts";
import { waitBefore } from "../src/backoff.ts";
import { readChange, readProduct } from "../src/hq/new-product.ts";
import { isUploaded, sourceSet } from "../src/images.ts";
import { decimal, formatMoney, minorDigits, parseMinor } from "../src/money.ts";
import { lineStatus, pictureStatus } from "../src/room/status.ts";
import { en } from "../src/text/en.ts";
import { hqEn } from "../src/text/hq-en.ts";
import { hqZh } from "../src/text/hq-zh.ts";
import { pickLanguage } from "../src/text/language.ts";
import { zh } from "../src/text/zh.ts";
import { fromLocalInput, leftUntil, toLocalInput } from "../src/times.ts";
import { accentFrom, contrast, readableOn } from "../src/ui/colour.ts";

describe("money", () => {
  it("has as many digits as its currency", () => {
    assert.deepEqual(["CNY", "JPY", "KWD"].map(minorDigits), [2, 0, 3]);
    assert.equal(formatMoney({ minor: 19_900, currency: "CNY" }, "zh-CN"), "¥199.00");
    assert.equal(formatMoney({ minor: 1_234_567, currency: "USD" }, "en"), "$12,345.67");
    assert.equal(formatMoney({ minor: 500, currency: "JPY" }, "en"), "¥500");
  });

  it("is read without rounding", () => {
    const table: [string, string, number | null][] = [
      ["12", "CNY", 1200],
      ["12.5", "CNY", 1250],
      [" 0.01 ", "CNY", 1],
      ["0.29", "CNY", 29],
      ["12.345", "CNY", null],
      ["12.3", "JPY", null],
      ["-1", "CNY", null],
      ["1e3", "CNY", null],
      ["1,5", "CNY", null],
      ["", "CNY", null],
      ["1.234", "KWD", 1234],
    ];
    for (const [text, currency, minor] of table) assert.equal(parseMinor(text, currency), minor, `${text} ${currency}`);
  });
});

describe("colours", () => {
  it("measure contrast as WCAG does", () => {
    assert.equal(contrast("#000000", "#ffffff"), 21);
    assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
  });

  it("of any room can be read", () => {
    for (const accent of [
      "#ffffff",
      "#000000",
      "#ffff00",
      "#0000ff",
      "#d8342b",
      "#7f7f7f",
      "#12ab9f",
      "nonsense",
      "",
    ]) {
      const { fill, onFill, onDark, onLight } = accentFrom(accent, "#1b1e25", "#f1f2f5");
      assert.ok(contrast(onFill, fill) >= 4.5, `${accent}: on the button`);
      assert.ok(contrast(onDark, "#1b1e25") >= 4.5, `${accent}: on the stage`);
      assert.ok(contrast(onLight, "#f1f2f5") >= 4.5, `${accent}: on a sheet`);
    }
  });

  it("stay as they are where they can be read", () => {
    assert.equal(readableOn("#8a1010", "#ffffff"), "#8a1010");
  });
});

describe("languages", () => {
  it("follow the visitor, then his device, then the room", () => {
    assert.equal(pickLanguage("en", ["zh-CN"], "zh"), "en");
    assert.equal(pickLanguage(null, ["fr", "zh-TW", "en"], "en"), "zh");
    assert.equal(pickLanguage(null, ["fr"], "zh"), "zh");
    assert.equal(pickLanguage("xx", [], ""), "en");
  });

  it("have a word for everything, and none is the other's by mistake", () => {
    const words = (catalogue: object): [string, unknown][] =>
      // the server itself speaks English, so `problems` has words in the other language only
      Object.entries(catalogue).flatMap(([name, value]) => {
        if (name === "problems") return [];
        return typeof value === "object" && value !== null
          ? words(value).map(([inner, word]): [string, unknown] => [`${name}.${inner}`, word])
          : [[name, typeof value === "function" ? value("7") : value]];
      });
    for (const [one, other] of [
      [en, zh],
      [hqEn, hqZh],
    ] as const) {
      const [left, right] = [words(one), words(other)];
      assert.deepEqual(
        left.map(([name]) => name),
        right.map(([name]) => name),
      );
      for (const [index, [name, word]] of left.entries()) {
        assert.ok(typeof word === "string" && word !== "", name);
        assert.notEqual(word, right[index]?.[1], `${name} is translated`);
      }
    }
  });
});

describe("times", () => {
  it("count down and stop at nothing", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    assert.deepEqual(leftUntil("2026-01-02T01:02:03Z", now), [1, 1, 2, 3]);
    assert.deepEqual(leftUntil("2025-01-01T00:00:00Z", now), [0, 0, 0, 0]);
  });

  it("pass a form unchanged", () => {
    const iso = "2026-07-01T18:30:00.000Z";
    assert.equal(fromLocalInput(toLocalInput(iso)), iso);
    assert.deepEqual([toLocalInput(null), fromLocalInput("")], ["", null]);
  });

  it("of waiting double up to a most, half of it by chance", () => {
    const limits = { first_ms: 500, most_ms: 20_000 };
    assert.deepEqual(
      [0, 1, 2, 10, 500].map((n) => waitBefore(n, limits, () => 1)),
      [500, 1000, 2000, 20_000, 20_000],
    );
    assert.equal(
      waitBefore(2, limits, () => 0),
      1000,
    );
  });
});

describe("what is said of the line and the picture", () => {
  it("nothing while all is well", () => {
    assert.equal(lineStatus(en, { phase: "open", retryAt: 0 }, true, 0), "");
    assert.equal(pictureStatus(en, { phase: "playing", way: "webrtc", retryAt: 0, needsTap: false }, 0), "");
  });

  it("when the next try is", () => {
    assert.equal(lineStatus(en, { phase: "retrying", retryAt: 7_400 }, true, 0), "Connection lost. Next try in 8 s");
    const state = { phase: "retrying", way: "ll-hls", retryAt: 3_000, needsTap: false } as const;
    assert.equal(pictureStatus(en, state, 0), "No picture. Next try in 3 s");
  });

  it("the first connection is not called lost", () => {
    assert.equal(lineStatus(en, { phase: "connecting", retryAt: 0 }, false, 0), "Connecting…");
  });
});

describe("a new product", () => {
  const words = { required: "missing", badPrice: "no price", badCount: "no number" };
  const tea = {
    name: "Tea",
    description: "",
    image_url: "",
    "skus[0].name": "",
    "skus[0].price": "19.90",
    "skus[0].stock": "7",
  };

  it("of one kind needs no name for the kind", () => {
    const { product, wrong } = readProduct(tea, 1, "CNY", words);
    assert.deepEqual(wrong, []);
    assert.deepEqual(product.skus, [{ name: "Tea", price: { minor: 1990, currency: "CNY" }, stock: 7 }]);
  });

  it("names every field that is wrong", () => {
    const { wrong } = readProduct({ name: "", "skus[0].price": "x", "skus[1].per_buyer_max": "-1" }, 2, "CNY", words);
    assert.deepEqual(wrong.map(({ field }) => field).sort(), [
      "name",
      "skus[0].name",
      "skus[0].price",
      "skus[0].stock",
      "skus[1].name",
      "skus[1].per_buyer_max",
      "skus[1].price",
      "skus[1].stock",
    ]);
  });

  it("may have a limit for each order", () => {
    const { product } = readProduct({ ...tea, "skus[0].per_order_max": "2" }, 1, "CNY", words);
    assert.deepEqual(product.skus[0]?.per_order_max, 2);
  });

  it("that is changed leaves an uploaded picture alone, unless it is to go or another address is typed", () => {
    const product = {
      product: "p",
      name: "T",
      description: "",
      image_url: "/images/0a/1080.webp",
      on_sale: true,
      hideable: false,
      skus: [],
    };
    const said = (values: Record<string, string>) =>
      readChange({ name: "T", ...values }, product, words).change.image_url;
    assert.equal(said({ picture: "kept", image_url: "" }), undefined);
    assert.equal(said({ picture: "new" }), undefined);
    assert.equal(said({ picture: "", image_url: "" }), "");
    assert.equal(said({ picture: "kept", image_url: "https://a.example/x.png" }), "https://a.example/x.png");
  });

  it("has its picture in the sizes that screens ask for", () => {
    assert.equal(
      sourceSet("/images/0a/1080.webp"),
      "/images/0a/160.webp 160w, /images/0a/480.webp 480w, /images/0a/1080.webp 1080w",
    );
    assert.equal(sourceSet("https://a.example/images/0a/1080.webp"), "");
    assert.equal(isUploaded("/assets/tea.svg"), false);
  });

  it("that is changed says what every field holds, and an empty limit is none", () => {
    const sku = { sku: "s", name: "Tin", price: { minor: 5, currency: "CNY" }, per_buyer_max: 3, per_order_max: 1 };
    const stock = { received: 1, reserved: 0, sold: 0, free: 1 };
    const was = { product: "p", ...{ name: "Tea", description: "", image_url: "", on_sale: true, hideable: false } };
    const product = { ...was, skus: [{ ...sku, ...stock }] };
    const values = { name: "Oolong", "skus[0].name": "Tin", "skus[0].price": decimal(sku.price), hideable: "on" };
    const { change, wrong } = readChange({ ...values, "skus[0].per_order_max": "2" }, product, words);
    assert.deepEqual(wrong, []);
    assert.deepEqual([change.name, change.on_sale, change.hideable], ["Oolong", false, true]);
    assert.deepEqual(change.skus, [{ ...sku, per_buyer_max: null, per_order_max: 2 }]);
    const bad = readChange({ "skus[0].price": "-", "skus[0].per_buyer_max": "0" }, product, words).wrong;
    assert.deepEqual(bad.map(({ field }) => field).sort(), [
      "name",
      "skus[0].name",
      "skus[0].per_buyer_max",
      "skus[0].price",
    ]);
  });

  it("that is changed gets kinds and loses some, which keep their places", () => {
    const price = { minor: 5, currency: "CNY" };
    const kind = (sku: string) => ({ sku, name: sku, price, per_buyer_max: null, per_order_max: null });
    const stock = { received: 1, reserved: 0, sold: 0, free: 1 };
    const was = { product: "p", ...{ name: "Tea", description: "", image_url: "", on_sale: true, hideable: false } };
    const product = { ...was, skus: ["tin", "box"].map((sku) => ({ ...kind(sku), ...stock })) };
    const values = { name: "Tea", "skus[1].name": "box", "skus[1].price": "0.05" };
    const coming = { "new_skus[0].name": "Bag", "new_skus[0].price": "2", "new_skus[0].stock": "9" };
    const kinds = { added: 1, removed: ["tin"] };
    const { change, wrong } = readChange({ ...values, ...coming }, product, words, kinds);
    assert.deepEqual(wrong, []);
    assert.deepEqual(change.skus, [{ sku: "tin" }, kind("box")]);
    assert.deepEqual(change.new_skus, [{ name: "Bag", price: { minor: 200, currency: "CNY" }, stock: 9 }]);
    assert.deepEqual(change.removed_skus, ["tin"]);
    const bad = readChange(values, product, words, kinds).wrong;
    assert.deepEqual(
      bad.map(({ field }) => field),
      ["new_skus[0].price", "new_skus[0].name", "new_skus[0].stock"],
    );
  });
});

describe("a link", () => {
  it("is found by its code or its whole address", () => {
    const given = ["x7Kq2m", " https://live.example/s/x7Kq2m ", "https://live.example/s/x7Kq2m/", "/s/x7Kq2m", ""];
    assert.deepEqual(given.map(codeOf), ["x7Kq2m", "x7Kq2m", "x7Kq2m", "x7Kq2m", ""]);
  });
});
