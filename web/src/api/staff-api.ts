import type { Change } from "./joining-api.ts";

export interface Staff {
  logins: { user: string; role: string; since: string }[];
  viewers: { viewer: string; since: string }[];
}

/** Who works for a channel, at its owner's desk. */
export class StaffApi {
  constructor(private readonly change: Change) {}

  staff(): Promise<Staff> {
    return this.change("GET", "/staff");
  }

  add(user: string, password: string, role: string): Promise<Staff> {
    return this.change("POST", "/staff", { user, password, role });
  }

  remove(user: string): Promise<void> {
    return this.change("DELETE", `/staff/${encodeURIComponent(user)}`);
  }

  tie(viewer: string): Promise<void> {
    return this.change("POST", `/staff/viewers/${viewer}`, {});
  }

  untie(viewer: string): Promise<void> {
    return this.change("DELETE", `/staff/viewers/${viewer}`);
  }
}
