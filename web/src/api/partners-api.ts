import type { Channel } from "./hq-types.ts";
import type { Ask } from "./problem.ts";

export interface PartnerTerms {
  passing_days: number;
  approve_invited: boolean;
}

export interface Dispute {
  dispute: string;
  channel: { id: string; name: string };
  viewer: string;
  order: string | null;
  state: "open" | "answered" | "decided";
  claim: string;
  /** Nothing once the customer was erased. */
  evidence: { zh?: string[]; en?: string[] };
  answer: string;
  outcome: "" | "stays" | "moved";
  reason: string;
  opened_at: string;
}

export interface Contestable {
  order: string;
  owner: string;
  at: string;
}

export type ChannelEvent = "suspend" | "resume" | "close";
type Change = <T>(method: NonNullable<Ask["method"]>, path: string, body?: unknown) => Promise<T>;

/** Headquarters' side of partners: the tree, states, terms. */
export class PartnersApi {
  constructor(private readonly change: Change) {}

  terms(): Promise<PartnerTerms> {
    return this.change("GET", "/partners/terms");
  }

  setTerms(terms: PartnerTerms): Promise<PartnerTerms> {
    return this.change("PUT", "/partners/terms", terms);
  }

  move(channel: string, parent: string | null): Promise<Channel> {
    return this.change("PUT", `/channels/${channel}/parent`, { parent });
  }

  setLevel(channel: string, level: string): Promise<Channel> {
    return this.change("PUT", `/channels/${channel}/level`, { level });
  }

  step(channel: string, event: ChannelEvent, reason: string): Promise<Channel> {
    return this.change("POST", `/channels/${channel}/state`, { event, reason });
  }

  setOwner(channel: string, user: string, password: string): Promise<{ user: string }> {
    return this.change("POST", `/channels/${channel}/owner`, { user, password });
  }

  moveCustomer(viewer: string, channel: string, reason: string): Promise<unknown> {
    return this.change("POST", `/customers/${viewer}/channel`, { channel, reason });
  }

  disputes(): Promise<Dispute[]> {
    return this.change("GET", "/disputes");
  }

  answer(dispute: string, answer: string): Promise<void> {
    return this.change("POST", `/disputes/${dispute}/answer`, { answer });
  }

  decide(dispute: string, outcome: "stays" | "moved", reason: string): Promise<{ lines: number }> {
    return this.change("POST", `/disputes/${dispute}/decide`, { outcome, reason });
  }
}
