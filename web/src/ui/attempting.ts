import { LitElement, type PropertyDeclarations } from "lit";
import { Problem } from "../api/problem.ts";
import { focusFirstWrong } from "./form.ts";

/** An element that asks for something to be done, and keeps what the latest of its attempts was refused for. */
export class Attempting extends LitElement {
  static override properties: PropertyDeclarations = { problem: { state: true } };
  declare problem: Problem | null;
  /** How many were begun: an earlier one that ends well says nothing of what was refused since. */
  private attempts = 0;

  constructor() {
    super();
    this.problem = null;
  }

  /** True when it was done. */
  protected async attempt(what: () => Promise<unknown>): Promise<boolean> {
    this.attempts++;
    const mine = this.attempts;
    try {
      await what();
    } catch (error) {
      this.problem = this.problemOf(error);
      await this.updateComplete;
      focusFirstWrong(this.renderRoot);
      return false;
    }
    if (mine === this.attempts) this.problem = null;
    return true;
  }

  /** What is no refusal is a mistake of ours, and thrown on. */
  protected problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    throw error;
  }
}
