/** Headquarters' side of personal data (signaling/api/models_guard.py). */

import type { HqApi } from "./hq-api.ts";
import { ask, askAll, Problem } from "./problem.ts";

const ROOT = "/api/v1/hq";

export interface Access {
  access: number;
  by: string;
  kind: string;
  what: string;
  rows: string[];
  count: number;
  at: string;
}

export interface LegalHold {
  hold: string;
  viewer: string;
  order: string | null;
  reason: string;
  by: string;
  at: string;
  lifted_at: string | null;
}

/** Days; null: as long as the store. */
export interface Retention {
  chat_days: number | null;
  touch_days: number | null;
  contact_days: number | null;
}

/** Whom something is about, and the order he was found by. */
export interface Person {
  viewer: string;
  order: string | null;
}

export class HqPrivacyApi {
  constructor(private readonly hq: HqApi) {}

  /** By the number of an order of his, or by his own id. */
  async person(who: string): Promise<Person> {
    const named = encodeURIComponent(who);
    try {
      const { viewer } = await ask<{ viewer: string }>(`${ROOT}/orders/${named}/why`);
      return { viewer, order: who };
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 404) throw problem;
    }
    const { viewer } = await ask<{ viewer: string }>(`${ROOT}/customers/${named}/why`);
    return { viewer, order: null };
  }

  /** Where everything about him is, as a file. That it was taken is logged. */
  dataUrl(viewer: string): string {
    return `${ROOT}/customers/${viewer}/data`;
  }

  erase(viewer: string): Promise<{ orders: number }> {
    return this.hq.change("POST", `/customers/${viewer}/erase`, {});
  }

  holds(): Promise<LegalHold[]> {
    return askAll(`${ROOT}/holds`);
  }

  hold(about: { viewer: string } | { order: string }, reason: string): Promise<{ hold: string }> {
    return this.hq.change("POST", "/holds", { ...about, reason });
  }

  lift(hold: string): Promise<void> {
    return this.hq.change("DELETE", `/holds/${hold}`, {});
  }

  retention(): Promise<{ found: Retention; tag: string }> {
    return this.hq.tagged("/retention");
  }

  keep(days: Retention, tag: string): Promise<Retention> {
    return this.hq.change("PUT", "/retention", days, tag);
  }

  /** A page of the log, the latest first; from before an entry. */
  accesses(before: number | null): Promise<Access[]> {
    return ask(`${ROOT}/accesses${before === null ? "" : `?before=${before}`}`);
  }
}
