import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RoomView, Sale } from "../src/api/types.ts";
import { emptyFeed, receive } from "../src/room/feed.ts";
import { atPrices, saleOf, withSales } from "../src/room/sales.ts";
import { en } from "../src/text/en.ts";

const START = Date.parse("2026-01-01T12:00:00.000Z");
const money = (minor: number) => ({ minor, currency: "USD" });

function room(sale: Partial<Sale> | null): RoomView {
  const whole: Sale = {
    ...{ sale: "s1", price: money(100), quantity: 10, left: 7, per_buyer_max: 2 },
    ...{ starts_at: "2026-01-01T12:00:00.000Z", ends_at: "2026-01-01T12:10:00.000Z" },
    ...sale,
  };
  const sku = {
    sku: "k1",
    name: "K",
    price: money(900),
    free: 50,
    per_buyer_max: 5,
    per_order_max: null,
    sale: sale === null ? null : whole,
  };
  const item = { product: "p1", name: "P", description: "", image_url: "", position: 0, pinned: false, skus: [sku] };
  return { shelf: [item] } as unknown as RoomView;
}

function seen(view: RoomView, now: number) {
  const item = withSales(view, now, en).shelf[0];
  const sku = item?.skus[0];
  if (item === undefined || sku === undefined) throw new Error("an empty shelf");
  return [sku.price.minor, sku.free, sku.per_buyer_max, saleOf(sku).sale, item.sale_text];
}

describe("a flash sale on the shelf", () => {
  it("counts down, sells at its price, ends", () => {
    assert.deepEqual(seen(room({}), START - 90_061_000), [900, 50, 5, undefined, "$1.00 in 1d 01:01:01"]);
    assert.deepEqual(seen(room({}), START), [100, 7, 2, "s1", "Flash sale: 7 left, 00:10:00"]);
    assert.deepEqual(seen(room({}), START + 599_999), [100, 7, 2, "s1", "Flash sale: 7 left, 00:00:01"]);
    assert.deepEqual(seen(room({}), START + 600_000), [900, 50, 5, undefined, undefined]);
  });

  it("says when it is sold out, and shows no other price then", () => {
    assert.deepEqual(seen(room({ left: 0 }), START), [100, 0, 2, "s1", "Flash sale: sold out"]);
  });

  it("takes the stricter limit, and the usual one when it has none", () => {
    assert.equal(seen(room({ per_buyer_max: null }), START)[2], 5);
  });

  it("leaves a room without sales as it is", () => {
    const plain = room(null);
    assert.equal(withSales(plain, START, en), plain);
  });

  it("hears what is left", () => {
    const feed = { ...emptyFeed(room({})), show: { epoch: "e", offset: 1 } };
    const fact = { type: "sale", stream: "show", epoch: "e", offset: 2, sku: "k1" } as const;
    const after = (sale: string) => receive(feed, { ...fact, sale, left: 0 }, START).feed.view;
    assert.equal(after("s1")?.shelf[0]?.skus[0]?.sale?.left, 0);
    assert.equal(after("another")?.shelf[0]?.skus[0]?.sale?.left, 7);
  });
});

describe("a cart", () => {
  const line = { sku: "k1", name: "K", product_name: "P", image_url: "", quantity: 3, free: 9 };
  const cart = { lines: [{ ...line, price: money(950), amount: money(2850) }], total: money(2850) };

  it("follows the prices of the shelf, and of a sale while it is open", () => {
    const { shelf } = room({});
    assert.equal(atPrices(cart, shelf, START - 1)?.total.minor, 2700);
    assert.deepEqual(atPrices(cart, shelf, START)?.lines[0]?.amount, money(300));
    assert.equal(atPrices(null, shelf, START), null);
  });

  it("cannot order what has left the shelf", () => {
    assert.deepEqual(atPrices(cart, [], START)?.lines[0], { ...cart.lines[0], free: 0 });
  });
});
