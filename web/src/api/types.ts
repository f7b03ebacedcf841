/** The server's shapes (signaling/api/models.py and models_hq.py), as the pages use them. */

export interface Money {
  minor: number;
  currency: string;
}

export interface ChannelRef {
  id: string;
  name: string;
}

export type ShowState = "announced" | "live" | "paused" | "ended";

export interface ShowView {
  id: string;
  title: string;
  state: ShowState;
  starts_at: string | null;
  hls: string | null;
  whep: string | null;
  /** It is over, and its recording can be watched. */
  replay: boolean;
}

/** A flash sale: while it is open the SKU costs `price`, and `left` of `quantity` units can be ordered. */
export interface Sale {
  sale: string;
  price: Money;
  quantity: number;
  left: number;
  per_buyer_max: number | null;
  starts_at: string;
  ends_at: string;
}

export interface Sku {
  sku: string;
  name: string;
  price: Money;
  free: number;
  per_buyer_max: number | null;
  per_order_max: number | null;
  sale: Sale | null;
  /** Set by the page while the sale is open (room/sales.ts): price, free and limit are the sale's then. */
  open?: boolean;
}

export interface ShelfItem {
  product: string;
  name: string;
  description: string;
  image_url: string;
  position: number;
  pinned: boolean;
  skus: Sku[];
  /** Set by the page (room/sales.ts): the countdown to a sale, or how it goes. */
  sale_text?: string;
}

export interface RoomView {
  room: string;
  name: string;
  logo_url: string;
  cover_url: string;
  notice: string;
  welcome: string;
  theme: { accent: string };
  channel: ChannelRef;
  state: "active" | "suspended" | "closed";
  merchant: { name: string };
  language: string;
  currency: string;
  /** Whether WebRTC is offered; else LL-HLS plays alone. */
  webrtc: boolean;
  show: ShowView | null;
  shelf: ShelfItem[];
  /** Products that this room does not show, for shelves that are told to all rooms. */
  hidden: string[];
  viewers: number;
  total_viewers: number;
}

export interface OrderLine {
  sku: string;
  name: string;
  product_name: string;
  image_url: string;
  quantity: number;
  price: Money;
  amount: Money;
}

/** A line of an order that was placed. */
export interface SoldLine extends OrderLine {
  /** Units of it for which money was given back. */
  refunded: number;
}

export interface CartLine extends OrderLine {
  free: number;
}

export interface Cart {
  lines: CartLine[];
  total: Money;
}

export interface Contact {
  name: string;
  phone: string;
  address: string;
}

export interface OrderedSku {
  sku: string;
  quantity: number;
  sale?: string;
}

export interface Checkout {
  client_order_id: string;
  /** Where the goods go: typed in, or an address of the viewer's own book. */
  contact?: Contact;
  address?: string;
  note?: string;
  /** The moment of the broadcast that the page shows, for the record. */
  picture_at?: string;
  lines?: OrderedSku[];
  /** What the buyer sees: where it comes to something else by now, the server orders nothing. */
  total?: Money;
}

export type OrderState = "created" | "paid" | "shipped" | "received" | "finished" | "cancelled" | "refunded";
export type PaymentState = "pending" | "paid" | "failed" | "expired" | "refunded";
/** What the page does next to pay: show `qr` (an SVG), go to `url`, or nothing, since it is paid. */
export interface NextStep {
  kind: "qr" | "redirect" | "paid";
  url: string | null;
  qr: string | null;
}

export type SandboxOutcome = "pay" | "fail" | "timeout";

export interface Payment {
  payment: string;
  provider: string;
  state: PaymentState;
  expires_at: string | null;
}

export interface Order {
  order: string;
  room: string;
  room_channel: ChannelRef;
  owner_channel: ChannelRef;
  state: OrderState;
  created_at: string;
  lines: SoldLine[];
  total: Money;
  refunded: Money;
  payment: Payment | null;
}
