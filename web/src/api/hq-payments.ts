/** Headquarters' side of payment providers (signaling/api/models_payments.py). */

import type { HqApi } from "./hq-api.ts";
import type { Money } from "./types.ts";

export interface Provider {
  provider: string;
  configured: boolean;
  enabled: boolean;
  hint: string;
  changed_at: string | null;
  webhook_url: string;
  fields: string[];
  optional: string[];
}

/** What a refund is for, and whether it is back on the shelf. */
export interface RefundLine {
  sku: string;
  name: string;
  product_name: string;
  quantity: number;
  amount: Money;
  restocked: boolean;
}

export interface RefundMade {
  order: string;
  refund: string;
  kind: string;
  amount: Money;
  beyond: Money;
  reason: string;
  state: "waiting" | "done" | "failed" | "paid_otherwise" | "not_given" | "reinstated";
  attempts: number;
  error: string;
  at: string;
  lines: RefundLine[];
}

export interface Payments {
  providers: Provider[];
  failed_refunds: RefundMade[];
}

export class HqPaymentsApi {
  constructor(private readonly hq: HqApi) {}

  payments(): Promise<Payments> {
    return this.hq.change("GET", "/payments", undefined);
  }

  put(provider: string, credentials: Record<string, string>): Promise<Provider> {
    return this.hq.change("PUT", `/payments/${provider}`, { credentials });
  }

  turn(provider: string, enabled: boolean): Promise<Provider> {
    return this.hq.change("PATCH", `/payments/${provider}`, { enabled });
  }

  remove(provider: string): Promise<void> {
    return this.hq.change("DELETE", `/payments/${provider}`, undefined);
  }

  probe(provider: string): Promise<{ works: boolean; detail: string }> {
    return this.hq.change("POST", `/payments/${provider}/probe`, {});
  }

  async refunds(order: string): Promise<RefundMade[]> {
    return (await this.hq.change<{ refunds: RefundMade[] }>("GET", `/orders/${order}/refunds`, undefined)).refunds;
  }

  restock(order: string, refund: string, sku: string): Promise<RefundMade> {
    return this.hq.change("POST", `/orders/${order}/refunds/${refund}/restock`, { sku });
  }

  retry(order: string, refund: string): Promise<RefundMade> {
    return this.hq.change("POST", `/orders/${order}/refunds/${refund}/retry`, {});
  }

  end(order: string, refund: string, how: string, reason: string): Promise<RefundMade> {
    return this.hq.change("POST", `/orders/${order}/refunds/${refund}/end`, { how, reason });
  }
}
