import { css, LitElement } from "lit";
import type { HqMoneyApi } from "../api/hq-money.ts";
import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { focusFirstWrong } from "../ui/form.ts";
import { NotANumber } from "./rates.ts";
import type { HqStore } from "./store.ts";

/** A part of the money page: asks, keeps what was refused, and shows it at the field that it is about. */
export class MoneyPart extends LitElement {
  static override properties = {
    store: { attribute: false },
    api: { attribute: false },
    text: { attribute: false },
    problem: { state: true },
  };
  declare store: HqStore;
  declare api: HqMoneyApi;
  declare text: HqText;
  declare problem: Problem | null;

  constructor() {
    super();
    this.problem = null;
  }

  get currency(): string {
    return this.store.overview?.channels[0]?.paid.currency ?? "CNY";
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
    if (problem.errors.length === 0) return problemText(problem, this.text);
    const about = (field: string) => shown.some((name) => field === name || field.startsWith(`${name}.`));
    return problem.errors
      .filter(({ field }) => !about(field))
      .map(({ field, detail }) => `${field}: ${detail}`)
      .join(" ");
  }

  /** True when it was done. */
  protected async attempt(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
    } catch (error) {
      this.problem = problemOf(error, this.text);
      await this.updateComplete;
      focusFirstWrong(this.renderRoot);
      return false;
    }
    this.problem = null;
    return true;
  }

  /** A party as people know it. */
  protected partyName(party: string): string {
    const [kind, id = ""] = party.split(":");
    if (kind === "sharer") return `${this.text.money.sharer} ${id.slice(0, 6)}`;
    return this.store.channels.find((channel) => channel.channel === id)?.name ?? id.slice(0, 6);
  }
}

function problemOf(error: unknown, text: HqText): Problem {
  if (error instanceof NotANumber) return new Problem(422, "", [{ field: error.field, detail: text.money.notANumber }]);
  if (error instanceof Problem) return error;
  throw error;
}

export const moneyStyle = css`
  .tick {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 36px;
  }
  .tick input {
    flex: none;
    width: 24px;
    min-height: 24px;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr));
    gap: 12px;
    align-items: start;
  }
  fieldset {
    display: grid;
    gap: 12px;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
    margin-bottom: 8px;
    font-weight: 600;
  }
  .hint {
    margin-bottom: 8px;
  }
  h3 {
    margin: 14px 0 4px;
    font-size: 15px;
  }
  .more {
    color: var(--good);
  }
  .less {
    color: var(--wrong);
  }
  .note {
    padding: 10px 12px;
    border-radius: 10px;
    background: #fff0d2;
    color: #6b4500;
  }
  a.act {
    text-decoration: none;
  }
`;
