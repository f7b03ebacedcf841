import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Receivable } from "../api/hq-money.ts";
import { formatMoney } from "../money.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { panel } from "./style.ts";

/** What was paid out and then refunded: netted with the next settlement, or ended by hand with a reason. */
export class FenboMoneyOwed extends MoneyPart {
  static override properties = { ...MoneyPart.properties, owed: { state: true }, ending: { state: true }, mark: {} };
  declare owed: readonly Receivable[] | null;
  declare ending: string;
  /** Changes when money was moved elsewhere on the page. */
  declare mark: number;

  constructor() {
    super();
    this.owed = null;
    this.ending = "";
    this.mark = 0;
  }

  static override styles = [base, formStyle, panel, moneyStyle];

  override updated(changed: PropertyValues): void {
    if (changed.has("mark")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    this.owed = await this.api.receivables();
  }

  override render() {
    const { money } = this.text;
    return html`<section class="panel" aria-label=${money.owed}>
      <h2>${money.owed}</h2>
      <p class="hint">${money.owedHint}</p>
      <p class="wrong" role="alert">${this.besides(["reason"])}</p>
      ${this.owed === null ? nothing : this.owed.length === 0 ? html`<p class="dim">${money.nothingOwed}</p>` : html`<ul>${this.owed.map((each) => this.row(each))}</ul>`}
    </section>`;
  }

  private row(each: Receivable): TemplateResult {
    const { money, language } = this.text;
    const left = { minor: each.amount.minor - each.settled.minor, currency: each.amount.currency };
    return html`<li data-receivable=${each.receivable}>
      <div class="row apart">
        <span>${this.partyName(each.party)} <span class="small dim">${formatMoment(each.at, language)} ${each.order === null ? "" : `${this.text.order} ${each.order}`}</span></span>
        <span><strong class="tabular">${formatMoney(each.state === "receivable" ? left : each.amount, language)}</strong> <span class="tag ${each.state === "receivable" ? "warn" : ""}">${money.owedStates[each.state]}</span></span>
      </div>
      ${each.reason === "" ? nothing : html`<p class="small">${each.reason}</p>`}
      ${each.state === "receivable" ? this.end(each) : nothing}
    </li>`;
  }

  private end(each: Receivable): TemplateResult {
    const { money } = this.text;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { how = "", reason = "" } = formValues(event.target as HTMLFormElement);
      this.ending = each.receivable;
      await this.attempt(async () => {
        await this.api.endReceivable(each.receivable, how, reason);
        await this.load();
      });
    };
    return html`<details><summary>${money.endOwed}</summary>
      <form novalidate @submit=${submit}>
        <label>${money.howEnded}<select name="how"><option value="repaid">${money.owedStates.repaid}</option><option value="written_off">${money.owedStates.written_off}</option></select></label>
        ${field({ label: this.text.sales.reason, name: "reason", wrong: this.ending === each.receivable ? this.wrongAt("reason") : "" })}
        <p><button class="act hard">${money.endOwed}</button></p>
      </form>
    </details>`;
  }
}

customElements.define("fenbo-money-owed", FenboMoneyOwed);
