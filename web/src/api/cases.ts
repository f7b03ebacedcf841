import type { HqApi } from "./hq-api.ts";
import { ask } from "./problem.ts";
import type { Money } from "./types.ts";

/** The shapes of signaling/api/models_cases.py. */
export type CaseKind = "refund" | "return";
export type CaseState = "asked" | "agreed" | "sent" | "refunded" | "refused" | "withdrawn" | "lapsed";
export const OPEN: readonly CaseState[] = ["asked", "agreed", "sent"];

export interface CaseLine {
  sku: string;
  name: string;
  product_name: string;
  quantity: number;
  amount: Money;
}

export interface Case {
  case: string;
  order: string;
  room: string;
  kind: CaseKind;
  state: CaseState;
  reason: string;
  answer: string;
  tracking: string;
  amount: Money;
  lines: CaseLine[];
  created_at: string;
  due_at: string | null;
}

export interface CaseNew {
  client_case_id: string;
  kind: CaseKind;
  reason: string;
  lines: { sku: string; quantity: number }[];
}

const V1 = "/api/v1";

/** What a buyer does about his cases. Each throws `Problem`. */
export const cases = {
  of: async (order: string): Promise<Case[]> => (await ask<{ cases: Case[] }>(`${V1}/orders/${order}/cases`)).cases,
  ask: (order: string, body: CaseNew): Promise<Case> => ask(`${V1}/orders/${order}/cases`, { method: "POST", body }),
  send: (id: string, tracking: string): Promise<Case> =>
    ask(`${V1}/cases/${id}/send`, { method: "POST", body: { tracking } }),
  withdraw: (id: string): Promise<Case> => ask(`${V1}/cases/${id}/withdraw`, { method: "POST", body: {} }),
};

/** What HQ does about them. Each throws `Problem`. */
export class HqCasesApi {
  constructor(private readonly api: HqApi) {}

  /** Of one order, or - with "" - all that wait for somebody. */
  async list(order: string): Promise<Case[]> {
    const query = order === "" ? "state=open" : `order=${order}`;
    return (await ask<{ cases: Case[] }>(`${V1}/hq/cases?${query}`)).cases;
  }

  agree(id: string, reason: string, restock: boolean): Promise<Case> {
    return this.api.change("POST", `/cases/${id}/agree`, { reason, restock });
  }

  refuse(id: string, reason: string): Promise<Case> {
    return this.api.change("POST", `/cases/${id}/refuse`, { reason });
  }

  receive(id: string, restock: boolean): Promise<Case> {
    return this.api.change("POST", `/cases/${id}/receive`, { restock });
  }
}
