/** The shapes of headquarters' side (signaling/api/models_hq.py). */

import type { Slot } from "./hq-studio.ts";
import type { Money, Order, Sale, ShelfItem, ShowState } from "./types.ts";

export type { Slot, Studio } from "./hq-studio.ts";

export interface Me {
  user: string;
  role: string;
  merchant: { id: string; name: string };
  csrf: string;
}

export interface NewKey {
  slot: Slot;
  stream_key: string;
}

export interface ShowHq {
  id: string;
  title: string;
  state: ShowState;
  starts_at: string | null;
  hls: string | null;
  shelf: ShelfItem[];
}

export interface ShowChange {
  title?: string;
  state?: ShowState;
  starts_at?: string | null;
}

export interface ShelfPlace {
  product: string;
  pinned: boolean;
}

export interface Channel {
  channel: string;
  name: string;
  room: string;
  room_url: string;
  state: "active" | "suspended" | "closed";
  house: boolean;
  logo_url: string;
  cover_url: string;
  notice: string;
  welcome: string;
  theme: { accent: string };
  parent: string | null;
  level: string;
  reason: string;
  passes_at: string | null;
  announced: { level: string; since: string } | null;
}

export interface ChannelChange {
  name?: string;
  logo_url?: string;
  cover_url?: string;
  notice?: string;
  welcome?: string;
  accent?: string;
}

export interface Link {
  code: string;
  url: string;
  embed_url: string;
}

export interface SkuHq {
  sku: string;
  name: string;
  price: Money;
  received: number;
  reserved: number;
  sold: number;
  free: number;
  per_buyer_max: number | null;
  per_order_max: number | null;
}

export interface Product {
  product: string;
  name: string;
  description: string;
  image_url: string;
  on_sale: boolean;
  hideable: boolean;
  skus: SkuHq[];
}

/** Absent fields stay; a limit of null is none. */
export interface ProductChange {
  name?: string;
  description?: string;
  image_url?: string;
  on_sale?: boolean;
  hideable?: boolean;
  skus?: {
    sku: string;
    name?: string;
    price?: Money;
    per_buyer_max?: number | null;
    per_order_max?: number | null;
  }[];
  new_skus?: NewSku[];
  /** By their id: taken out of the catalogue. */
  removed_skus?: string[];
}

export interface NewSku {
  name: string;
  price: Money;
  stock: number;
  per_buyer_max?: number;
  per_order_max?: number;
}

export interface NewProduct {
  name: string;
  description: string;
  image_url: string;
  skus: NewSku[];
}

export interface OrderPage {
  orders: Order[];
  cursor: string | null;
}

export interface OrderHq extends Order {
  contact: { name: string; phone: string; address: string };
  note: string;
  evidence: Evidence | null;
}

/** What the buyer saw when he ordered; `picture_at` is his page's word. */
export interface Evidence {
  show: string | null;
  show_seconds: number | null;
  pinned: { product: string; name: string }[];
  picture_at: string | null;
}

export interface Refund {
  refund: string;
  lines?: { sku: string; quantity: number; restock: boolean }[];
  amount?: Money;
  reason: string;
  restock?: boolean;
}

/** What is wrong in a sheet: the line of the file (the header is 1) and its column. */
export interface SheetMistake {
  line: number;
  column: string;
  detail: string;
}

export interface GoodsRead {
  products: number;
  skus: number;
  applied: boolean;
  mistakes: SheetMistake[];
}

export interface ApiKey {
  key: string;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  revoked: boolean;
}

export interface Hook {
  hook: string;
  url: string;
  events: string[];
  created_at: string;
  /** Not after an import: its receiver has the secret of another installation. */
  handed: boolean;
}

export interface Delivery {
  delivery: string;
  url: string;
  event: string;
  state: "waiting" | "delivered" | "failed";
  attempts: number;
  status: number | null;
  error: string;
  created_at: string;
}

export interface SaleHq extends Sale {
  show: string;
  sku: string;
  sku_name: string;
  product_name: string;
  withdrawn: boolean;
}

export interface NewSale {
  sku: string;
  price: Money;
  quantity: number;
  per_buyer_max?: number;
  starts_at: string;
  ends_at: string;
}

export interface ChannelFigures {
  channel: string;
  name: string;
  room: string;
  viewers: number;
  orders: number;
  paid: Money;
}

export interface Overview {
  show: Omit<ShowHq, "shelf"> | null;
  viewers: number;
  channels: ChannelFigures[];
  latest_orders: Order[];
}

/** How much waits in the rooms for somebody; `mark` changes with anything new. */
export interface QueueCounts {
  type: "queue";
  held: number;
  asked: number;
  appeals: number;
  mark: string;
}

export type HqMessage = QueueCounts | ({ type: "overview" } & Overview) | { type: "order"; order: Order };
