import { ask } from "./problem.ts";

/** Where somebody wants his money, as he is shown it (signaling/api/models_payees.py): of the account the last characters. */
export interface Payee {
  holder: string;
  account: string;
  bank: string;
  changed_at: string;
}

export interface PayeeSaid {
  holder: string;
  account: string;
  bank: string;
}

interface PayeeHere {
  payee: Payee | null;
}

/** A partner's at his desk, or a sharer's in the room. */
export class PayeesApi {
  /** `change`: how the one at that address is said or dropped there. */
  constructor(
    private readonly url: string,
    private readonly change: (method: "PUT" | "DELETE", body?: PayeeSaid) => Promise<unknown>,
  ) {}

  async payee(): Promise<Payee | null> {
    return (await ask<PayeeHere>(this.url)).payee;
  }

  async say(said: PayeeSaid): Promise<Payee | null> {
    return ((await this.change("PUT", said)) as PayeeHere).payee;
  }

  async drop(): Promise<void> {
    await this.change("DELETE");
  }
}
