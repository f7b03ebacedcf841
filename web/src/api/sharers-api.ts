import { ask } from "./problem.ts";
import type { Money } from "./types.ts";

/** A row of the board (signaling/api/models_sharers.py). */
export interface Sharer {
  viewer: string;
  name: string;
  phone: string;
  invites: number;
  refused: Record<string, number>;
  orders: number;
  paid: Money;
}

/** What sharing pays: `ppm` of what is paid or `fixed` a piece, for goods and in a show where these are named. */
export interface ShareTerms {
  rates: { ppm: number; fixed: Money | null; goods: string; show: string }[];
  invite: { reward: Money; seconds: number } | null;
  cap_ppm: number;
  effective_at: string | null;
}

/** What the viewer's own links came to. */
export interface Sharing {
  links: { code: string; url: string; room: string; channel: string; clicks: number }[];
  clicks: number;
  people: number;
  invites: Record<string, number>;
  orders: number;
  paid: Money;
  earned: Record<string, Record<string, Money>>;
  owed: Money;
  /** Now, and what is announced and pays less. */
  share: ShareTerms;
  lowered: ShareTerms[];
}

/** `about`: a show's id, or a number of days; `side`: whose board. */
export function sharersOf(side: "hq" | "desk", about: string, by: string, limit: number): Promise<Sharer[]> {
  const span = /^[0-9]{1,2}$/.test(about) ? `days=${about}` : `show=${about}`;
  return ask(`/api/v1/${side}/sharers?${span}&by=${by}&limit=${limit}`);
}
