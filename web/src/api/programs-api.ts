import type { ApiKey, Delivery, Hook } from "./hq-types.ts";
import { type Ask, askAll } from "./problem.ts";

export const SCOPES = ["shows", "channels", "goods", "orders"].flatMap((what) => [`${what}:read`, `${what}:write`]);
export const EVENTS = [
  ...["created", "paid", "shipped", "received", "finished", "cancelled", "refunded"].map((state) => `order.${state}`),
  ...["refund", "paid_late", "reinstated"].map((event) => `order.${event}`),
  "sale.sold_out",
  "customer.bound",
  ...["announced", "live", "paused", "ended"].map((state) => `show.${state}`),
];

type Change = <T>(method: NonNullable<Ask["method"]>, path: string, body?: unknown) => Promise<T>;

/** Headquarters' side of other programs: keys, webhooks, deliveries. */
export class ProgramsApi {
  constructor(private readonly change: Change) {}

  keys(): Promise<ApiKey[]> {
    return askAll("/api/v1/hq/keys");
  }

  createKey(name: string, scopes: string[]): Promise<{ key: ApiKey; secret: string }> {
    return this.change("POST", "/keys", { name, scopes });
  }

  revokeKey(key: string): Promise<void> {
    return this.change("DELETE", `/keys/${key}`);
  }

  hooks(): Promise<Hook[]> {
    return askAll("/api/v1/hq/webhooks");
  }

  createHook(url: string, events: string[]): Promise<{ hook: Hook; secret: string }> {
    return this.change("POST", "/webhooks", { url, events });
  }

  renewSecret(hook: string): Promise<{ hook: Hook; secret: string }> {
    return this.change("POST", `/webhooks/${hook}/secret`, {});
  }

  removeHook(hook: string): Promise<void> {
    return this.change("DELETE", `/webhooks/${hook}`);
  }

  deliveries(): Promise<Delivery[]> {
    return this.change("GET", "/deliveries");
  }

  replay(delivery: string): Promise<Delivery> {
    return this.change("POST", `/deliveries/${delivery}/replay`, {});
  }
}
