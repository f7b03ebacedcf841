import { css, html, nothing, type TemplateResult } from "lit";
import type { Payee, PayeeSaid, PayeesApi } from "../api/payees-api.ts";
import { inSheet, panel } from "../hq/style.ts";
import { type PayeesText, payeesEn } from "../text/payees-en.ts";
import { payeesZh } from "../text/payees-zh.ts";
import { type ProblemTexts, problemText } from "../text/problems.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "./attempting.ts";
import { base } from "./base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "./form.ts";

const FIELDS = ["holder", "account", "bank"] as const;

/** Where a partner or a sharer wants his money: shown in part, said anew as a whole, taken back. */
export class FenboPayee extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    text: { attribute: false },
    mine: { type: Boolean },
    found: { state: true },
    changing: { state: true },
    done: { state: true },
    missing: { state: true },
  };
  declare api: PayeesApi;
  declare text: ProblemTexts & { language: string };
  /** In a sheet of the room, with no frame of its own. */
  declare mine: boolean;
  /** undefined: not known yet. */
  declare found: Payee | null | undefined;
  declare changing: boolean;
  declare done: string;
  /** Fields that were left empty. */
  declare missing: readonly string[];

  constructor() {
    super();
    this.mine = false;
    this.changing = false;
    this.done = "";
    this.missing = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    inSheet,
    css`
      form,
      .row,
      .said {
        margin-top: 12px;
      }
      [role="status"]:not(:empty) {
        margin-top: 8px;
      }
      .said {
        overflow-wrap: anywhere;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.attempt(async () => {
      this.found = await this.api.payee();
    });
  }

  override render() {
    const { found, problem, text, words } = this;
    return html`<section class="panel ${this.mine ? "mine" : ""}" aria-label=${words.title}>
      <h2>${words.title}</h2>
      <p class="dim small">${words.hint}</p>
      <p role="status">${this.done}</p>
      <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text, FIELDS)}</p>
      ${found === undefined ? nothing : found === null || this.changing ? this.form(found, words) : this.said(found, words)}
    </section>`;
  }

  private get words(): PayeesText {
    return this.text.language.startsWith("zh") ? payeesZh : payeesEn;
  }

  private said(payee: Payee, words: PayeesText): TemplateResult {
    const since = words.since(formatMoment(payee.changed_at, this.text.language));
    return html`<p class="said"><strong>${payee.holder}</strong> · <span class="tabular">${payee.account}</span><br />${payee.bank} <span class="dim small">${since}</span></p>
      <div class="row">
        <button class="act" @click=${() => this.turn(true)}>${words.change}</button>
        <button class="act hard" @click=${this.drop}>${words.drop}</button>
      </div>`;
  }

  private form(found: Payee | null, words: PayeesText): TemplateResult {
    const line = (name: (typeof FIELDS)[number], value: string, autocomplete: string) => {
      const wrong = this.missing.includes(name) ? words.needed : (this.problem?.at(name) ?? "");
      return field({ label: words[name], name, value, wrong, autocomplete, required: true });
    };
    return html`${found === null ? html`<p class="small">${words.none}</p>` : nothing}
      <form novalidate @submit=${this.say}>
        ${line("holder", found?.holder ?? "", "name")} ${line("account", "", "off")} ${line("bank", found?.bank ?? "", "off")}
        <div class="row">
          <button class="act main">${words.save}</button>
          ${found === null ? nothing : html`<button type="button" class="act" @click=${() => this.turn(false)}>${words.cancel}</button>`}
        </div>
      </form>`;
  }

  private turn(changing: boolean): void {
    Object.assign(this, { changing, done: "", missing: [], problem: null });
  }

  private async say(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { holder = "", account = "", bank = "" } = formValues(event.target as HTMLFormElement);
    const said: PayeeSaid = { holder, account, bank };
    this.done = "";
    this.missing = FIELDS.filter((name) => said[name].trim() === "");
    if (this.missing.length > 0) {
      await this.updateComplete;
      return focusFirstWrong(this.renderRoot);
    }
    const done = await this.attempt(async () => {
      this.found = await this.api.say(said);
    });
    if (done) Object.assign(this, { changing: false, done: this.words.saved });
  }

  private async drop(): Promise<void> {
    const done = await this.attempt(() => this.api.drop());
    if (done) Object.assign(this, { found: null, done: this.words.dropped });
  }
}

customElements.define("fenbo-payee", FenboPayee);
