import type { Channel } from "./hq-types.ts";
import { type Ask, ask, askPages } from "./problem.ts";

const APPLICATIONS = 50; // on a page

export type ApplicationState = "open" | "approved" | "refused" | "withdrawn";

/** What an applicant fills in. */
export interface ApplicationForm {
  shop: string;
  name: string;
  phone: string;
  message: string;
  user: string;
  password: string;
}

export interface Filed {
  token: string;
  state: ApplicationState;
}

export interface Seen {
  shop: string;
  state: ApplicationState;
  reason: string;
  /** Of the channel that was made, "" before. */
  room: string;
}

export interface Invited {
  parent: string;
  level: string;
  expires_at: string;
  at_once: boolean;
}

/** A stranger's side: tokens are his proof. */
export class ApplyApi {
  private readonly root: string;

  constructor(merchant: string) {
    this.root = `/api/v1/merchants/${merchant}`;
  }

  apply(form: ApplicationForm): Promise<Filed> {
    return ask(`${this.root}/applications`, { method: "POST", body: form });
  }

  seen(token: string): Promise<Seen> {
    return ask(`${this.root}/applications/${encodeURIComponent(token)}`);
  }

  withdraw(token: string): Promise<void> {
    return ask(`${this.root}/applications/${encodeURIComponent(token)}`, { method: "DELETE" });
  }

  invitation(token: string): Promise<Invited> {
    return ask(`${this.root}/invitations/${encodeURIComponent(token)}`);
  }

  accept(token: string, form: ApplicationForm): Promise<Filed> {
    return ask(`${this.root}/invitations/${encodeURIComponent(token)}`, { method: "POST", body: form });
  }
}

export interface Application {
  application: string;
  shop: string;
  /** Nobody once he was erased. */
  applicant: { name: string; phone: string; message: string } | null;
  user: string;
  state: ApplicationState;
  reason: string;
  parent: string | null;
  level: string;
  applied_at: string;
}

export interface Invitation {
  invitation: string;
  parent: { id: string; name: string };
  level: string;
  expires_at: string;
  state: "open" | "used" | "revoked" | "expired";
}

/** How a part of the API asks: below its own root, with the CSRF token. */
export type Change = <T>(method: NonNullable<Ask["method"]>, path: string, body?: unknown) => Promise<T>;

/** Invitations, from headquarters or from a desk: the same addresses below another root. */
export class InvitationsApi {
  constructor(private readonly change: Change) {}

  all(): Promise<Invitation[]> {
    return this.change("GET", "/invitations");
  }

  make(wanted: { parent?: string; level: string; days: number }): Promise<{ url: string }> {
    return this.change("POST", "/invitations", wanted);
  }

  revoke(invitation: string): Promise<void> {
    return this.change("DELETE", `/invitations/${invitation}`);
  }
}

/** Headquarters' side of becoming a partner. */
export class JoiningApi extends InvitationsApi {
  constructor(private readonly send: Change) {
    super(send);
  }

  /** So many of the first pages, and whether there are more. */
  applications(pages: number): Promise<{ all: Application[]; more: boolean }> {
    return askPages("/api/v1/hq/applications", APPLICATIONS, pages);
  }

  approve(application: string, parent: string, level: string): Promise<Channel> {
    return this.send("POST", `/applications/${application}/approve`, { parent, level });
  }

  refuse(application: string, reason: string): Promise<void> {
    return this.send("POST", `/applications/${application}/refuse`, { reason });
  }

  erase(application: string): Promise<void> {
    return this.send("DELETE", `/applications/${application}`);
  }
}
