/**
 * Flash sales on the shelf, at a moment: pure, so that every page part shows the sale's price without knowing of sales.
 *
 * Before the window: the usual price and a countdown. In it: the sale's price and what is left of it. After it: as before.
 */

import type { Cart, RoomView, ShelfItem, Sku } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import type { Text } from "../text/room.ts";
import { leftUntil } from "../times.ts";

/** The room as it is at `now` (milliseconds since 1970); the very same object when there is no sale. */
export function withSales(view: RoomView, now: number, text: Text): RoomView {
  if (!view.shelf.some((item) => item.skus.some((sku) => isComing(sku, now)))) return view;
  return { ...view, shelf: view.shelf.map((item) => itemAt(item, now, text)) };
}

function isComing(sku: Sku, now: number): boolean {
  return sku.sale !== null && now < Date.parse(sku.sale.ends_at);
}

function itemAt(item: ShelfItem, now: number, text: Text): ShelfItem {
  const skus = item.skus.map((sku) => skuAt(sku, now));
  const first = item.skus.find((sku) => isComing(sku, now));
  return first === undefined ? item : { ...item, skus, sale_text: saleText(first, now, text) };
}

function skuAt(sku: Sku, now: number): Sku {
  const { sale } = sku;
  if (sale === null || !isComing(sku, now) || now < Date.parse(sale.starts_at)) return sku;
  const limits = [sku.per_buyer_max, sale.per_buyer_max].filter((limit) => limit !== null);
  const most = limits.length === 0 ? null : Math.min(...limits);
  return { ...sku, price: sale.price, free: Math.min(sku.free, sale.left), per_buyer_max: most, open: true };
}

function saleText(sku: Sku, now: number, text: Text): string {
  const { sale } = sku;
  if (sale === null) return "";
  if (now < Date.parse(sale.starts_at)) {
    return text.saleSoon(formatMoney(sale.price, text.language), clock(sale.starts_at, now));
  }
  const left = Math.min(sku.free, sale.left);
  return left <= 0 ? text.saleOut : text.saleOpen(left, clock(sale.ends_at, now));
}

/** "2d 03:04:05", or "03:04:05" on the last day. */
function clock(until: string, now: number): string {
  const [days, ...rest] = leftUntil(until, now);
  const time = rest.map((part) => String(part).padStart(2, "0")).join(":");
  return days > 0 ? `${days}d ${time}` : time;
}

/** A cart after prices have changed; what is no longer on the shelf keeps its price and cannot be ordered. */
export function atPrices(cart: Cart | null, shelf: readonly ShelfItem[], now: number): Cart | null {
  if (cart === null) return null;
  const skus = new Map(shelf.flatMap((item) => item.skus.map((sku) => [sku.sku, skuAt(sku, now)] as const)));
  const lines = cart.lines.map((line) => {
    const sku = skus.get(line.sku);
    if (sku === undefined) return { ...line, free: 0 };
    const amount = { ...sku.price, minor: sku.price.minor * line.quantity };
    return { ...line, price: sku.price, amount, free: sku.free };
  });
  const minor = lines.reduce((sum, line) => sum + line.amount.minor, 0);
  return { lines, total: { ...cart.total, minor } };
}

/** What an order of a SKU names: the sale, while the page shows its price. */
export function saleOf(sku: Sku): { sale?: string } {
  return sku.open === true && sku.sale !== null ? { sale: sku.sale.sale } : {};
}
