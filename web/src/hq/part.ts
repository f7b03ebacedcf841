import { LitElement } from "lit";
import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { focusFirstWrong } from "../ui/form.ts";
import { NotANumber } from "./rates.ts";
import type { HqStore } from "./store.ts";

/** A part of a page: asks, keeps what was refused, and shows it at the field that it is about. */
export class HqPart extends LitElement {
  static override properties = {
    store: { attribute: false },
    text: { attribute: false },
    problem: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare problem: Problem | null;
  /** How many were begun: an earlier one that ends well says nothing of what was refused since. */
  private attempts = 0;

  constructor() {
    super();
    this.problem = null;
  }

  /** What is wrong with a field; a field of several kinds is refused as `validity.int`. */
  protected wrongAt(name: string): string {
    const found = this.problem?.errors.find(({ field }) => field === name || field.startsWith(`${name}.`));
    return found?.detail ?? "";
  }

  /** What no field of `shown` can carry. */
  protected besides(shown: readonly string[]): string {
    if (this.problem === null) return "";
    const { problem } = this;
    if (problem.word === "stale") return this.text.stale;
    if (problem.errors.length === 0) return problemText(problem, this.text);
    const about = (field: string) => shown.some((name) => field === name || field.startsWith(`${name}.`));
    return problem.errors
      .filter(({ field }) => !about(field))
      .map(({ field, detail }) => `${field}: ${detail}`)
      .join(" ");
  }

  /** True when it was done. */
  protected async attempt(what: () => Promise<unknown>): Promise<boolean> {
    this.attempts++;
    const mine = this.attempts;
    try {
      await what();
    } catch (error) {
      this.problem = problemOf(error, this.text);
      await this.updateComplete;
      focusFirstWrong(this.renderRoot);
      return false;
    }
    if (mine === this.attempts) this.problem = null;
    return true;
  }
}

function problemOf(error: unknown, text: HqText): Problem {
  if (error instanceof NotANumber) return new Problem(422, "", [{ field: error.field, detail: text.money.notANumber }]);
  if (error instanceof Problem) return error;
  throw error;
}
