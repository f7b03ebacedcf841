import { css, html } from "lit";
import type { DeskApi } from "../api/desk-api.ts";
import { Problem } from "../api/problem.ts";
import { panel } from "../hq/style.ts";
import type { DeskText } from "../text/desk.ts";
import type { Language } from "../text/language.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { save } from "../ui/save.ts";
import { latestMonths, type Month } from "./months.ts";

const MONTHS = 24;

/** A partner's statement as a file: all of it, or a month. What is too long for one file falls back to this month. */
export class FenboDeskStatement extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    text: { attribute: false },
    language: {},
    chosen: { state: true },
    busy: { state: true },
  };
  declare api: DeskApi;
  declare text: DeskText;
  declare language: Language;
  /** The first day of the month; "": all of it. */
  declare chosen: string;
  declare busy: boolean;

  constructor() {
    super();
    this.chosen = "";
    this.busy = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }
      label {
        flex: 0 1 180px;
      }
      .wrong:not(:empty) {
        margin-top: 8px;
      }
    `,
  ];

  override render() {
    const { text } = this;
    const months = latestMonths(new Date(), MONTHS, this.language);
    return html`<form @submit=${(event: SubmitEvent) => this.take(event, months)}>
        <label>${text.period}
          <select .value=${this.chosen} @change=${this.choose}>
            <option value="">${text.allOfIt}</option>
            ${months.map(({ start, name }) => html`<option value=${start} ?selected=${start === this.chosen}>${name}</option>`)}
          </select>
        </label>
        <button class="act" ?disabled=${this.busy}>${text.statement}</button>
      </form>
      <p class="wrong" role="alert">${this.problem === null ? "" : this.refusal(this.problem)}</p>`;
  }

  private choose(event: Event): void {
    this.chosen = (event.target as HTMLSelectElement).value;
    this.problem = null;
  }

  private refusal(problem: Problem): string {
    if (problem.status === 409 && problem.at("period") !== "") return this.text.tooLong;
    if (problem.status === 404) return this.text.nothingThen;
    return problem.message || this.text.failed;
  }

  private async take(event: SubmitEvent, months: readonly Month[]): Promise<void> {
    event.preventDefault();
    const month = months.find(({ start }) => start === this.chosen);
    this.busy = true;
    await this.attempt(async () => {
      const name = month === undefined ? "statement.json" : `statement-${month.start.slice(0, 7)}.json`;
      save(await this.api.statement(month), name);
    });
    this.busy = false;
    const tooLong = this.problem instanceof Problem && this.problem.status === 409;
    if (tooLong && month === undefined) this.chosen = months[0]?.start ?? "";
  }
}

customElements.define("fenbo-desk-statement", FenboDeskStatement);
