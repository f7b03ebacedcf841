import type { ShelfItem, Sku } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import type { Text } from "../text/room.ts";

const LITTLE = 20; // so few are worth saying
export const QUANTITY_MAX = 999; // signaling/api/models.py

export function isSoldOut(item: ShelfItem): boolean {
  return item.skus.every((sku) => sku.free <= 0);
}

export function onlySku(item: ShelfItem): Sku | null {
  return item.skus.length === 1 ? (item.skus[0] ?? null) : null;
}

export function firstFree(item: ShelfItem): Sku | null {
  return item.skus.find((sku) => sku.free > 0) ?? item.skus[0] ?? null;
}

/** How many of it one buyer can take now. */
export function mostOf(sku: Sku): number {
  const limits = [sku.per_buyer_max ?? QUANTITY_MAX, sku.per_order_max ?? QUANTITY_MAX, QUANTITY_MAX];
  return Math.max(0, Math.min(sku.free, ...limits));
}

/** "¥99.00", or "from ¥99.00" where the kinds differ. */
export function priceText(item: ShelfItem, text: Text): string {
  const prices = item.skus.map((sku) => sku.price).sort((a, b) => a.minor - b.minor);
  const [least, most] = [prices[0], prices.at(-1)];
  if (least === undefined) return "";
  const amount = formatMoney(least, text.language);
  return least.minor === most?.minor ? amount : text.from(amount);
}

/** "Sold out", "7 left" or "". */
export function stockText(free: number, text: Text): string {
  if (free <= 0) return text.soldOut;
  return free <= LITTLE ? text.left(free) : "";
}

export function freeOf(item: ShelfItem): number {
  return item.skus.reduce((sum, sku) => sum + Math.max(0, sku.free), 0);
}
