import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Held } from "../api/hq-money.ts";
import { formatMoney } from "../money.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { panel } from "./style.ts";

/** Earnings that wait, and why: what somebody holds by hand goes on when somebody says so. */
export class FenboMoneyHeld extends MoneyPart {
  static override properties = { ...MoneyPart.properties, held: { state: true }, ending: { state: true }, mark: {} };
  declare held: readonly Held[];
  /** The party whose form was sent last. */
  declare ending: string;
  /** Changes when money was moved elsewhere on the page. */
  declare mark: number;

  constructor() {
    super();
    this.held = [];
    this.ending = "";
    this.mark = 0;
  }

  static override styles = [base, formStyle, panel, moneyStyle];

  override updated(changed: PropertyValues): void {
    if (changed.has("mark")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    this.held = await this.api.held();
  }

  override render() {
    const { money } = this.text;
    if (this.held.length === 0) return nothing;
    return html`<section class="panel" aria-label=${money.onHold}>
      <h2>${money.onHold}</h2>
      <p class="hint">${money.onHoldHint}</p>
      <p class="wrong" role="alert">${this.besides(["reason"])}</p>
      <ul>${this.held.map((each) => this.row(each))}</ul>
    </section>`;
  }

  private row(each: Held): TemplateResult {
    const { money, language } = this.text;
    return html`<li data-held=${each.party}>
      <div class="row apart">
        <span>${this.partyName(each.party)} <span class="small dim">${money.heldLines(each.lines)}</span></span>
        <strong class="tabular">${formatMoney(each.amount, language)}</strong>
      </div>
      <p class="small">${each.reason}</p>
      ${each.by_hand ? this.end(each) : nothing}
    </li>`;
  }

  private end(each: Held): TemplateResult {
    const { money, sales } = this.text;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { reason = "" } = formValues(event.target as HTMLFormElement);
      this.ending = each.party;
      await this.attempt(async () => {
        await this.api.holdParty(each.party, false, reason);
        this.dispatchEvent(new CustomEvent("money-moved", { bubbles: true, composed: true }));
      });
    };
    return html`<details><summary>${money.letGo}</summary>
      <form novalidate @submit=${submit}>
        ${field({ label: sales.reason, name: "reason", wrong: this.ending === each.party ? this.wrongAt("reason") : "" })}
        <p><button class="act">${money.letGo}</button></p>
      </form>
    </details>`;
  }
}

customElements.define("fenbo-money-held", FenboMoneyHeld);
