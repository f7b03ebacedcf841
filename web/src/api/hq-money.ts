/** Headquarters' side of money that is earned (signaling/api/models_money.py). Rates are whole parts per million. */

import type { HqApi } from "./hq-api.ts";
import type { SheetMistake } from "./hq-types.ts";
import { ask, askPages } from "./problem.ts";
import type { ChannelRef, Money } from "./types.ts";

const ROOT = "/api/v1/hq";
const SETTLEMENTS = 100; // on a page

export interface Rate {
  ppm: number;
  fixed_minor: number;
  tiers: [number, number][];
  level: string | null;
  sku: string | null;
  product: string | null;
  show: string | null;
  depth: number;
}

export interface Plan {
  rates: Rate[];
  share_rates: Rate[];
  differential: boolean;
  paid_levels_max: number;
  cap_ppm: number;
  notice_days: number;
  four_eyes: boolean;
  invite_minor: number;
  invite_seconds: number;
  invite_daily_max: number;
  invite_pool_minor: number;
}

export interface PlanVersion {
  version: number;
  digest: string;
  announced_at: string | null;
  effective_at: string | null;
  plan: Plan;
}

export interface RulesPreview {
  lowers: boolean;
  effective_at: string;
  orders: number;
  changed: number;
  now: Money;
  then: Money;
  parties: { party: string; now: Money; then: Money }[];
}

export type Period = "forever" | "none" | number;

export interface Lock {
  mode: string;
  validity: Period;
  protection: Period;
  renew_on: string;
  bind_on: string;
  scope: string;
  self_purchase: string;
  conflict: string;
  split_owner: number;
  split_room: number;
  max_paid_levels: number;
  cap_ppm: number;
}

export interface LockVersion {
  version: number;
  digest: string;
  rule: Lock;
  effective_at: string;
  ahead?: LockVersion[];
}

export interface Settlement {
  settlement: string;
  party: string;
  state: "prepared" | "paying" | "paid" | "failed";
  gross: Money;
  netted: Money;
  period_start: string;
  period_end: string;
  prepared_by: string;
  approved_by: string;
  payout: string | null;
  payout_state: "queued" | "sending" | "confirmed" | "failed" | "returned" | null;
  /** At which the payout is. */
  attempt: number | null;
  reference: string | null;
  /** Where the party wants its money, in part; null where it has not said. */
  payee: { account: string; changed_at: string } | null;
}

export interface Receivable {
  receivable: string;
  party: string;
  order: string | null;
  amount: Money;
  settled: Money;
  state: "receivable" | "offset" | "repaid" | "written_off";
  reason: string;
  at: string;
}

/** What one party has that waits for one reason; by hand: until somebody lets it go on. */
export interface Held {
  party: string;
  reason: string;
  by_hand: boolean;
  lines: number;
  amount: Money;
}

export interface MoneyFigures {
  commission: Record<string, Money>;
  owed: Money;
  channels: ChannelRef[];
  sales: { day: string; minor: number[] }[];
}

export interface Why {
  viewer: string;
  agrees: boolean;
  words: string[];
  lines: { state: string }[];
}

export class HqMoneyApi {
  constructor(private readonly hq: HqApi) {}

  plans(): Promise<PlanVersion[]> {
    return ask(`${ROOT}/plan`);
  }

  previewPlan(plan: Plan): Promise<RulesPreview> {
    return this.hq.change("POST", "/plan/preview", plan);
  }

  setPlan(plan: Plan): Promise<PlanVersion> {
    return this.hq.change("PUT", "/plan", plan);
  }

  lock(): Promise<LockVersion> {
    return ask(`${ROOT}/lock`);
  }

  previewLock(lock: Lock): Promise<RulesPreview> {
    return this.hq.change("POST", "/lock/preview", lock);
  }

  setLock(lock: Lock): Promise<LockVersion> {
    return this.hq.change("PUT", "/lock", lock);
  }

  figures(days: string): Promise<MoneyFigures> {
    return ask(`${ROOT}/figures?days=${days}`);
  }

  /** So many of the first pages of those in a state ("": in any), and whether there are more. */
  settlements(state: string, pages: number): Promise<{ all: Settlement[]; more: boolean }> {
    return askPages(`${ROOT}/settlements${state === "" ? "" : `?state=${state}`}`, SETTLEMENTS, pages);
  }

  settle(until: string): Promise<{ settlements: number }> {
    return this.hq.change("POST", "/settlements", { until });
  }

  approve(settlement: string): Promise<Settlement> {
    return this.hq.change("POST", `/settlements/${settlement}/approve`, { rail: "manual" });
  }

  approveAll(): Promise<{ approved: number; left: number; others: number }> {
    return this.hq.change("POST", "/settlements/approve", { rail: "manual" });
  }

  beginPayouts(): Promise<{ begun: number; sending: unknown[] }> {
    return this.hq.change("POST", "/payouts", {});
  }

  retry(payout: string): Promise<{ state: "queued" | "failed" | "returned" }> {
    return this.hq.change("POST", `/payouts/${payout}/retry`, {});
  }

  /** The bank sent it back after it was paid. */
  cameBack(payout: string, attempt: number, reference: string): Promise<{ state: string }> {
    return this.hq.change("POST", `/payouts/${payout}/return`, { attempt, reference });
  }

  /** Mistakes: rows that were not taken, by their lines. */
  readSheet(sheet: string): Promise<{ recorded: number; mistakes: SheetMistake[] }> {
    return this.hq.change("POST", "/payouts/sheet", { sheet });
  }

  receivables(): Promise<Receivable[]> {
    return ask(`${ROOT}/receivables`);
  }

  endReceivable(receivable: string, how: string, reason: string): Promise<Receivable> {
    return this.hq.change("POST", `/receivables/${receivable}/end`, { how, reason });
  }

  held(): Promise<Held[]> {
    return ask(`${ROOT}/held`);
  }

  holdParty(party: string, held: boolean, reason: string): Promise<{ lines: number }> {
    return this.hq.change("POST", `/parties/${party}/hold`, { held, reason });
  }

  whyOrder(order: string, language: string): Promise<Why> {
    return ask(`${ROOT}/orders/${order}/why?language=${language}`);
  }

  whyCustomer(viewer: string, language: string): Promise<{ words: string[] }> {
    return ask(`${ROOT}/customers/${viewer}/why?language=${language}`);
  }

  hold(order: string, held: boolean, reason: string): Promise<{ lines: number }> {
    return this.hq.change("POST", `/orders/${order}/hold`, { held, reason });
  }
}
