import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";
import { NotANumber } from "./rates.ts";
import type { HqStore } from "./store.ts";

/** A part of a page: asks, keeps what was refused, and shows it at the field that it is about. */
export class HqPart extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    text: { attribute: false },
  };
  declare store: HqStore;
  declare text: HqText;

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

  protected override problemOf(error: unknown): Problem {
    if (error instanceof NotANumber) {
      return new Problem(422, "", [{ field: error.field, detail: this.text.money.notANumber }]);
    }
    return super.problemOf(error);
  }
}
