import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Problem, problemFrom } from "../src/api/problem.ts";
import type { ShelfItem, Sku } from "../src/api/types.ts";
import { Attempts } from "../src/room/attempt.ts";
import { rememberContact, rememberedContact, wrongContact } from "../src/room/contact.ts";
import { firstFree, freeOf, isSoldOut, mostOf, onlySku, priceText, stockText } from "../src/room/prices.ts";
import { en } from "../src/text/en.ts";
import { problemText } from "../src/text/problems.ts";
import { zh } from "../src/text/zh.ts";

function memory() {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
}

function attempts() {
  let made = 0;
  const storage = memory();
  const open = (room: string) => new Attempts(storage, room, () => `id-${++made}`);
  return open;
}

describe("a checkout attempt", () => {
  const LAMP = [{ sku: "lamp", quantity: 1 }];

  it("keeps its id over retries, reloads and other quantities", () => {
    const open = attempts();
    assert.equal(open("north").idFor(LAMP), "id-1");
    assert.equal(open("north").idFor([{ sku: "lamp", quantity: 3 }]), "id-1");
  });

  it("is another one for other goods, the cart and another room", () => {
    const open = attempts();
    const ids = [open("north").idFor(LAMP), open("north").idFor(null), open("south").idFor(LAMP)];
    assert.equal(new Set(ids).size, 3);
  });

  it("is over once the server has decided", () => {
    const open = attempts();
    const first = open("north").idFor(LAMP);
    open("north").close(LAMP);
    assert.notEqual(open("north").idFor(LAMP), first);
  });
});

describe("a problem", () => {
  const problem = problemFrom(
    422,
    JSON.stringify({
      detail: "bad",
      errors: [
        { field: "contact.phone", detail: "no number" },
        { field: "lines[0].quantity", detail: "2 left" },
      ],
    }),
  );

  it("is found at its field, and the rest is said beside the form", () => {
    assert.equal(problem.at("phone"), "no number");
    assert.equal(problem.at("name"), "");
    assert.equal(problem.besides(["name", "phone"]), "2 left");
  });

  it("without fields is its detail", () => {
    assert.equal(problemFrom(409, '{"detail":"placed already"}').besides(["name"]), "placed already");
  });

  it("is said in the page's language, by the last word of its type", () => {
    const soldOut = problemFrom(409, '{"type":"/problems/sold-out","detail":"sold out"}');
    assert.equal(problemText(soldOut, zh), "库存不足。");
    assert.equal(problemText(soldOut, en), "sold out");
    assert.equal(problemText(problem, zh, ["name", "phone"]), "2 left");
    const translated = problemFrom(409, '{"type":"/problems/conflict","detail":"购物车是空的"}', "zh");
    assert.equal(problemText(translated, zh), "购物车是空的", "what the server says is more exact");
    assert.equal(problemText(new Problem(0, ""), zh), zh.notReached);
  });

  it("may be a proxy's page", () => {
    assert.equal(problemFrom(502, "<html>").message, "HTTP 502");
  });

  it("is final when sending again cannot help", () => {
    const final = [0, 404, 408, 409, 422, 429, 500, 503].filter((status) => new Problem(status, "").final);
    assert.deepEqual(final, [404, 409, 422]);
  });
});

describe("the contact", () => {
  const ANN = { name: "Ann", phone: "+49 30 123", address: "Street 1" };

  it("is remembered on the device", () => {
    const storage = memory();
    assert.deepEqual(rememberedContact(storage), { name: "", phone: "", address: "" });
    rememberContact(storage, ANN);
    assert.deepEqual(rememberedContact(storage), ANN);
  });

  it("that cannot be read is empty", () => {
    const storage = memory();
    for (const text of ["{", "null", '{"name":5}', "[]"]) {
      storage.setItem("fenbo.contact", text);
      assert.equal(rememberedContact(storage).name, "", text);
    }
  });

  it("names what is missing or wrong", () => {
    const words = { required: "missing", badPhone: "no phone" };
    assert.deepEqual(wrongContact(ANN, words), {});
    assert.deepEqual(wrongContact({ ...ANN, name: "", phone: "call me" }, words), {
      name: "missing",
      phone: "no phone",
    });
  });
});

describe("prices and stock", () => {
  const sku = (minor: number, free: number, most: number | null = null): Sku => ({
    sku: `k${minor}`,
    name: "",
    price: { minor, currency: "CNY" },
    free,
    per_buyer_max: most,
    per_order_max: null,
    sale: null,
  });
  const item = (...skus: Sku[]): ShelfItem => ({
    product: "p",
    name: "P",
    description: "",
    image_url: "",
    position: 0,
    pinned: false,
    skus,
  });

  it("says the least price where kinds differ", () => {
    assert.equal(priceText(item(sku(900, 1)), en), "¥9.00");
    assert.equal(priceText(item(sku(900, 1), sku(500, 1)), en), "from ¥5.00");
  });

  it("knows what is left", () => {
    const mixed = item(sku(1, 0), sku(2, 3));
    assert.deepEqual([isSoldOut(mixed), freeOf(mixed), firstFree(mixed)?.sku], [false, 3, "k2"]);
    assert.equal(isSoldOut(item(sku(1, 0))), true);
    assert.equal(onlySku(mixed), null);
    assert.deepEqual([stockText(0, en), stockText(3, en), stockText(900, en)], ["Sold out", "3 left", ""]);
  });

  it("lets nobody take more than there is or than is allowed", () => {
    assert.deepEqual(
      [mostOf(sku(1, 5)), mostOf(sku(1, 5, 2)), mostOf(sku(1, -1)), mostOf(sku(1, 5_000))],
      [5, 2, 0, 999],
    );
  });
});
