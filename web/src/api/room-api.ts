import { LinksApi } from "./links-api.ts";
import { PayeesApi } from "./payees-api.ts";
import { ask, pageLanguage } from "./problem.ts";
import type { Sharing } from "./sharers-api.ts";
import type { Cart, Checkout, NextStep, Order, RoomView, SandboxOutcome } from "./types.ts";

/** The viewer's own link into a room (signaling/api/models.py). */
export interface Share {
  code: string;
  url: string;
  qr_url: string;
  poster_url: string;
}

/** The viewer's side of the API, for one room. */
export class RoomApi {
  /** The viewer's own links into rooms of this merchant. */
  readonly links: LinksApi;
  /** Where the viewer wants what he earns by them. */
  readonly payees: PayeesApi;

  constructor(readonly room: string) {
    this.links = new LinksApi(this.url("/links"), ({ code }) => ask(this.url(`/links/${code}`), { method: "DELETE" }));
    const payee = this.url("/payee");
    this.payees = new PayeesApi(payee, (method, body) => ask(payee, { method, body }));
  }

  get socketUrl(): string {
    const url = new URL(`/r/${this.room}/ws?language=${pageLanguage()}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  view(): Promise<RoomView> {
    return ask(this.url(""));
  }

  cart(): Promise<Cart> {
    return ask(this.url("/cart"));
  }

  setCartLine(sku: string, quantity: number): Promise<Cart> {
    return ask(this.url(`/cart/${sku}`), { method: "PUT", body: { quantity } });
  }

  placeOrder(checkout: Checkout): Promise<Order> {
    return ask(this.url("/orders"), { method: "POST", body: checkout });
  }

  async orders(): Promise<Order[]> {
    return (await ask<{ orders: Order[] }>(this.url("/orders"))).orders;
  }

  order(id: string): Promise<Order> {
    return ask(`/api/v1/orders/${id}`);
  }

  share(): Promise<Share> {
    return ask(this.url("/share"), { method: "POST", body: {} });
  }

  /** What the viewer's own links came to, with the room's merchant. */
  sharing(): Promise<Sharing> {
    return ask(this.url("/sharing"));
  }

  /** A muted or banned viewer asks for another look. */
  appeal(text: string): Promise<unknown> {
    return ask(this.url("/appeal"), { method: "POST", body: { text } });
  }

  /** In which ways an order may be paid. */
  async ways(payment: string): Promise<string[]> {
    return (await ask<{ ways: string[] }>(`/api/v1/payments/${payment}/ways`)).ways;
  }

  beginPayment(payment: string, way: string): Promise<NextStep> {
    return ask(`/api/v1/payments/${payment}/begin`, { method: "POST", body: { way } });
  }

  paySandbox(payment: string, outcome: SandboxOutcome): Promise<Order> {
    return ask(`/api/v1/payments/sandbox/${payment}`, { method: "POST", body: { outcome } });
  }

  private url(rest: string): string {
    return `/api/v1/rooms/${this.room}${rest}`;
  }
}
