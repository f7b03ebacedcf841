import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Why } from "../api/hq-money.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { panel } from "./style.ts";

/** Why an order and its buyer are whose they are, in words; what it pays can be held with a reason. */
export class FenboOrderWhy extends MoneyPart {
  static override properties = { ...MoneyPart.properties, order: {}, why: { state: true }, customer: { state: true } };
  declare order: string;
  declare why: Why | null;
  declare customer: readonly string[];

  constructor() {
    super();
    this.why = null;
    this.customer = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    moneyStyle,
    css`
      ol {
        display: grid;
        gap: 4px;
        margin: 4px 0 12px;
        padding: 10px 12px;
        border-radius: 9px;
        background: var(--sheet-soft);
        font-size: 14px;
      }
      h3 {
        font-size: 14px;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("order") || changed.has("text")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    const language = this.text.language === "en" ? "en" : "zh";
    const why = await this.api.whyOrder(this.order, language);
    const { words } = await this.api.whyCustomer(why.viewer, language);
    Object.assign(this, { why, customer: words });
  }

  override render() {
    const { money } = this.text;
    if (this.why === null) return html`<p class="wrong" role="alert">${this.besides([])}</p>`;
    return html`<h3>${money.whyOrder}</h3>
      ${sentences(this.why.words)}
      <h3>${money.whyCustomer}</h3>
      ${sentences(this.customer)} ${this.moving(this.why)} ${this.holding(this.why)}
      <p class="wrong" role="alert">${this.besides(["reason"])}</p>`;
  }

  /** By hand, for those who make the rules. */
  private moving(why: Why): TemplateResult | typeof nothing {
    const { store, text } = this;
    if (store.me?.role !== "owner") return nothing;
    const words = text.partners;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { channel = "", why: reason = "" } = formValues(event.target as HTMLFormElement);
      await this.attempt(async () => {
        await store.api.partners.moveCustomer(why.viewer, channel, reason);
        await this.load();
      });
    };
    return html`<details><summary>${words.moveCustomer}</summary>
      <form novalidate @submit=${submit}>
        <label>${words.moveTo}<select name="channel">
          ${store.channels.filter((each) => each.state === "active").map((each) => html`<option value=${each.channel}>${each.name}</option>`)}
        </select></label>
        ${field({ label: words.moveReason, name: "why", wrong: this.wrongAt("reason") })}
        <p><button class="act">${words.moveNow}</button></p>
      </form>
    </details>`;
  }

  private holding(why: Why): TemplateResult | typeof nothing {
    const { money, sales } = this.text;
    const held = why.lines.some(({ state }) => state === "held");
    if (!held && !why.lines.some(({ state }) => ["frozen", "matured", "payable"].includes(state))) return nothing;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { reason = "" } = formValues(event.target as HTMLFormElement);
      await this.attempt(async () => {
        await this.api.hold(this.order, !held, reason);
        await this.load();
      });
    };
    const words = held ? money.release : money.hold;
    return html`<details><summary>${words}</summary>
      <form novalidate @submit=${submit}>
        ${field({ label: sales.reason, name: "reason", wrong: this.wrongAt("reason") })}
        <p><button class="act">${words}</button></p>
      </form>
    </details>`;
  }
}

function sentences(words: readonly string[]): TemplateResult {
  return html`<ol>${words.map((each) => html`<li>${each}</li>`)}</ol>`;
}

customElements.define("fenbo-order-why", FenboOrderWhy);
