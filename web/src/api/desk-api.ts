import type { Link } from "./hq-types.ts";
import type { Contestable, Dispute } from "./partners-api.ts";
import { ask, askFile, askPages } from "./problem.ts";
import type { Money } from "./types.ts";

const ROOT = "/api/v1/desk";
const ROWS = 50; // on a page

export interface Desk {
  channel: { id: string; name: string };
  merchant: string;
  room_url: string;
  viewers: number;
  customers: number;
  customers_new: number;
  orders: number;
  paid: Money;
  earned: Record<string, Money>;
  owed: Money;
}

export interface DeskOrder {
  order: string;
  state: string;
  created_at: string;
  buyer: string;
  total: Money;
  refunded: Money;
  owner_channel: { id: string; name: string };
  /** null: another channel's. */
  room_channel: { id: string; name: string } | null;
}

export interface Customer {
  viewer: string;
  since: string;
  name: string;
  phone: string;
  orders: number;
}

/** Goods that he may keep out of his room. */
export interface RoomGoods {
  product: string;
  name: string;
  image_url: string;
  hidden: boolean;
}

export interface Notice {
  kind: string;
  body: Record<string, string | number | string[]>;
  at: string;
  fresh: boolean;
}

/** A partner's side of the API: his own channel and nothing else. */
export class DeskApi {
  desk(): Promise<Desk> {
    return ask(ROOT);
  }

  /** So many of the first pages, and whether there are more. */
  orders(pages: number): Promise<{ all: DeskOrder[]; more: boolean }> {
    return askPages(`${ROOT}/orders`, ROWS, pages);
  }

  customers(pages: number): Promise<{ all: Customer[]; more: boolean }> {
    return askPages(`${ROOT}/customers`, ROWS, pages);
  }

  goods(): Promise<RoomGoods[]> {
    return ask(`${ROOT}/goods`);
  }

  hide(product: string, hidden: boolean, csrf: string): Promise<RoomGoods> {
    return ask(`${ROOT}/goods/${product}`, { method: "PUT", body: { hidden }, headers: { "X-CSRF-Token": csrf } });
  }

  disputes(): Promise<Dispute[]> {
    return ask(`${ROOT}/disputes`);
  }

  contestable(): Promise<Contestable[]> {
    return ask(`${ROOT}/contestable`);
  }

  openDispute(csrf: string, order: string, text: string): Promise<{ dispute: string }> {
    return ask(`${ROOT}/disputes`, { method: "POST", body: { order, text }, headers: { "X-CSRF-Token": csrf } });
  }

  notices(): Promise<Notice[]> {
    return ask(`${ROOT}/notices`);
  }

  readNotices(csrf: string): Promise<{ notices: number }> {
    return ask(`${ROOT}/notices/read`, { method: "POST", body: {}, headers: { "X-CSRF-Token": csrf } });
  }

  link(csrf: string): Promise<Link> {
    return ask(`${ROOT}/links`, { method: "POST", body: {}, headers: { "X-CSRF-Token": csrf } });
  }

  whyCustomer(viewer: string, language: string): Promise<{ words: string[] }> {
    return ask(`${ROOT}/customers/${viewer}/why?language=${language}`);
  }

  /** All that is his, as a ZIP. Throws `Problem`. */
  takeAway(csrf: string): Promise<Blob> {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
    return askFile(`${ROOT}/export`, { method: "POST", headers, body: JSON.stringify({ consent: true }) });
  }

  /** His statement, of all time or from a day to another, not included. Throws `Problem`. */
  statement(period: { start: string; end: string } | undefined): Promise<Blob> {
    const query = period === undefined ? "" : `?start=${period.start}&end=${period.end}`;
    return askFile(`${ROOT}/statement${query}`);
  }

  why(order: string, language: string): Promise<{ words: string[] }> {
    return ask(`${ROOT}/orders/${order}/why?language=${language}`);
  }
}
