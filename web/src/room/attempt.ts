/**
 * A checkout attempt: its client_order_id is made once, kept over retries and reloads, and let go only when the server has
 * decided. So a lost answer, an impatient thumb or the Back button never buy twice.
 */

import type { OrderedSku } from "../api/types.ts";

/** What of `Storage` is needed; sessionStorage in the page. */
export interface Drawer {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What is being bought: single lines, or null for the whole cart. */
export type Buying = readonly OrderedSku[] | null;

export class Attempts {
  constructor(
    private readonly storage: Drawer,
    private readonly room: string,
    private readonly newId: () => string,
  ) {}

  /** The id for buying this: the one of the attempt that is still open, else a new one. */
  idFor(buying: Buying): string {
    const key = this.key(buying);
    const open = this.storage.getItem(key);
    if (open) return open;
    const id = this.newId();
    this.storage.setItem(key, id);
    return id;
  }

  /** The server has decided about it. */
  close(buying: Buying): void {
    this.storage.removeItem(this.key(buying));
  }

  private key(buying: Buying): string {
    const what = buying === null ? "cart" : buying.map((line) => line.sku).join("+");
    return `fenbo.checkout.${this.room}.${what}`;
  }
}
