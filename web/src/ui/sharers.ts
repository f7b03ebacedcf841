import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import { type Sharer, sharersOf } from "../api/sharers-api.ts";
import { panel } from "../hq/style.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { type SharersText, sharersEn } from "../text/sharers-en.ts";
import { sharersZh } from "../text/sharers-zh.ts";
import { base } from "./base.ts";
import { formStyle } from "./form.ts";

const DAYS = ["7", "30", "90"];
const ROWS = 20;
const ROWS_MAX = 1_000;

/** Sharers by what they brought: HQ's board, or a desk's with what is the channel's alone. */
export class FenboSharers extends LitElement {
  static override properties = {
    side: {},
    shows: { attribute: false },
    text: { attribute: false },
    about: { state: true },
    by: { state: true },
    limit: { state: true },
    found: { state: true },
    problem: { state: true },
  };
  declare side: "hq" | "desk";
  declare shows: readonly { id: string; title: string }[];
  declare text: HqText;
  /** A show's id, or a number of days. */
  declare about: string;
  declare by: string;
  declare limit: number;
  declare found: readonly Sharer[] | null;
  declare problem: Problem | null;

  constructor() {
    super();
    this.side = "hq";
    this.shows = [];
    this.about = "30";
    this.by = "invites";
    this.limit = ROWS;
    this.found = null;
    this.problem = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      .choices {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
        margin: 10px 0;
      }
      select {
        width: 100%;
        min-width: 0;
      }
      .who {
        overflow-wrap: anywhere;
      }
      .rank {
        width: 2em;
        color: var(--sheet-dim);
      }
      td strong {
        font-weight: 600;
      }
      tbody tr:not(.more) td {
        padding-bottom: 0;
        border-bottom: 0;
      }
      .more td {
        padding-top: 0;
      }
      .act {
        min-height: 44px;
        margin-top: 10px;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("about") || changed.has("by") || changed.has("limit")) void this.load();
  }

  override render() {
    const { found, problem, text } = this;
    const words = this.words;
    return html`<section class="panel" aria-label=${words.sharers}>
      <h2>${words.sharers}</h2>
      <p class="dim small">${words.sharersHint}</p>
      ${this.choices(words)}
      <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text)}</p>
      ${found === null ? nothing : found.length === 0 ? html`<p class="dim">${words.nobody}</p>` : this.table(found, words)}
      ${
        found !== null && found.length === this.limit && this.limit < ROWS_MAX
          ? html`<button class="act" @click=${this.more}>${words.more}</button>`
          : nothing
      }
    </section>`;
  }

  private get words(): SharersText {
    return this.text.language.startsWith("zh") ? sharersZh : sharersEn;
  }

  private choices(words: SharersText): TemplateResult {
    const about = (event: Event) => Object.assign(this, { about: chosen(event), limit: ROWS });
    const by = (event: Event) => Object.assign(this, { by: chosen(event), limit: ROWS });
    return html`<div class="choices">
      <label>${words.about}<select @change=${about}>
        ${DAYS.map((days) => html`<option value=${days} ?selected=${days === this.about}>${words.lastDays(Number(days))}</option>`)}
        ${this.shows.map(({ id, title }) => html`<option value=${id} ?selected=${id === this.about}>${title}</option>`)}
      </select></label>
      <label>${words.by}<select @change=${by}>
        ${Object.entries(words.bys).map(([name, said]) => html`<option value=${name} ?selected=${name === this.by}>${said}</option>`)}
      </select></label>
    </div>`;
  }

  private table(found: readonly Sharer[], words: SharersText): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th scope="col" class="rank">#</th>
          <th scope="col">${words.name}</th>
          <th scope="col" class="number">${words.invites}</th>
          <th scope="col" class="number">${words.orders}</th>
          <th scope="col" class="number">${words.paid}</th>
        </tr>
      </thead>
      <tbody>
        ${found.map((row, at) => this.row(row, at, words))}
      </tbody>
    </table>`;
  }

  private row(row: Sharer, at: number, words: SharersText) {
    const refused = Object.entries(row.refused).map(([why, n]) => `${words.outcomes[why] ?? why} ${n}`);
    const phone = row.name === "" ? "" : row.phone;
    return html`<tr>
        <td class="rank tabular">${at + 1}</td>
        <td class="who"><strong>${row.name || row.phone || words.guest(row.viewer)}</strong></td>
        <td class="number">${row.invites}</td>
        <td class="number">${row.orders}</td>
        <td class="number">${formatMoney(row.paid, this.text.language)}</td>
      </tr>
      <tr class="more">
        <td></td>
        <td colspan="4" class="dim small">
          ${phone}${phone === "" || refused.length === 0 ? nothing : html`<br />`}
          ${refused.length === 0 ? nothing : `${words.refused}: ${refused.join(" · ")}`}
        </td>
      </tr>`;
  }

  private more(): void {
    this.limit = Math.min(ROWS_MAX, this.limit * 5);
  }

  private async load(): Promise<void> {
    const { side, about, by, limit } = this;
    const current = () => about === this.about && by === this.by && limit === this.limit; // else chosen otherwise meanwhile
    try {
      const found = await sharersOf(side, about, by, limit);
      if (current()) Object.assign(this, { found, problem: null });
    } catch (error) {
      if (current()) this.problem = error as Problem;
    }
  }
}

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

customElements.define("fenbo-sharers", FenboSharers);
