import { html, type PropertyValues, type TemplateResult } from "lit";
import type { Product, SaleHq } from "../api/hq-types.ts";
import { type FieldProblem, Problem } from "../api/problem.ts";
import { formatMoney, parseMinor } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { formatMoment, fromLocalInput, toLocalInput } from "../times.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const FIELDS = ["price", "quantity", "per_buyer_max", "starts_at", "ends_at"] as const;
const MINUTE_MS = 60_000;

/** Flash sales: what was announced, and announcing one for the show that is on or next. */
export class FenboFlash extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    products: { attribute: false },
    currency: {},
    text: { attribute: false },
    sales: { state: true },
    soon: { state: true },
  };
  declare store: HqStore;
  declare products: readonly Product[];
  declare currency: string;
  declare text: HqText;
  declare sales: readonly SaleHq[];
  /** When the next one begins unless something else is typed. */
  declare soon: string;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.sales = [];
    this.soon = inFiveMinutes();
  }

  static override styles = [base, formStyle, panel];

  override updated(changed: PropertyValues): void {
    if (changed.has("products")) void this.look(); // stock has moved, so has what is left
  }

  override render() {
    const { sales: words } = this.text;
    return html`<section class="panel" aria-label=${words.flash}>
      <h2>${words.flash}</h2>
      <p class="hint">${words.flashHint}</p>
      ${this.sales.length === 0 ? html`<p class="dim">${words.noFlash}</p>` : this.list()}
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, this.text, FIELDS)}</p>
      ${this.store.show === null ? html`<p class="dim">${this.text.noShow}</p>` : this.form(this.store.show.id)}
    </section>`;
  }

  private list(): TemplateResult {
    return html`<div class="scroll"><table><tbody>${this.sales.map((sale) => this.row(sale))}</tbody></table></div>`;
  }

  private row(sale: SaleHq): TemplateResult {
    const { sales: words, language } = this.text;
    const end = () => this.end(sale.sale);
    const [state, good] = this.state(sale);
    return html`<tr data-sale=${sale.sale}>
      <td>${sale.product_name} ${sale.sku_name}<br /><span class="small dim">${formatMoment(sale.starts_at, language)}</span></td>
      <td class="number">${formatMoney(sale.price, language)}<br /><span class="small dim">${words.saleLeft(sale.left, sale.quantity)}</span></td>
      <td class="number"><span class="tag ${good ? "good" : ""}">${state}</span>
        ${good ? html`<p><button class="act" @click=${end}>${words.withdraw}</button></p>` : ""}</td>
    </tr>`;
  }

  /** The sale's state in words, and whether it can still be ended. */
  private state(sale: SaleHq): [string, boolean] {
    const { sales: words } = this.text;
    if (sale.withdrawn) return [words.saleWithdrawn, false];
    if (Date.parse(sale.ends_at) <= Date.now()) return [words.saleOver, false];
    return [Date.parse(sale.starts_at) <= Date.now() ? words.saleOpen : words.saleComing, true];
  }

  private form(show: string): TemplateResult {
    const { text, problem } = this;
    const wrong = (name: string) => problem?.at(name) ?? "";
    const number = { inputmode: "numeric", required: true };
    return html`<details @toggle=${this.unfolded}>
      <summary>${text.sales.newFlash}</summary>
      <form novalidate @submit=${(event: SubmitEvent) => this.announce(event, show)}>
        <label>${text.goods}<select name="sku" required>${this.choices()}</select></label>
        ${field({ label: `${text.sales.salePrice} (${this.currency})`, name: "price", wrong: wrong("price"), inputmode: "decimal", required: true })}
        ${field({ label: text.sales.saleQuantity, name: "quantity", wrong: wrong("quantity"), ...number })}
        ${field({ label: text.perBuyer, name: "per_buyer_max", wrong: wrong("per_buyer_max"), inputmode: "numeric" })}
        ${field({ label: text.sales.saleStarts, name: "starts_at", value: this.soon, wrong: wrong("starts_at"), type: "datetime-local", required: true })}
        ${field({ label: text.sales.saleMinutes, name: "minutes", value: "10", wrong: wrong("ends_at"), ...number })}
        <button class="act main">${text.create}</button>
      </form>
    </details>`;
  }

  private choices(): TemplateResult[] {
    return this.products.flatMap((product) =>
      product.skus.map((sku) => html`<option value=${sku.sku}>${product.name} ${sku.name} (${sku.free})</option>`),
    );
  }

  private async announce(event: SubmitEvent, show: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const {
      sku = "",
      price = "",
      quantity = "",
      per_buyer_max: most = "",
      starts_at: at = "",
      minutes = "",
    } = formValues(form);
    const minor = parseMinor(price, this.currency);
    const starts = fromLocalInput(at);
    const count = (value: string) => Number.isInteger(Number(value)) && Number(value) > 0;
    const wrong: FieldProblem[] = [];
    if (minor === null) wrong.push({ field: "price", detail: this.text.badPrice });
    if (!count(quantity)) wrong.push({ field: "quantity", detail: this.text.badCount });
    if (most !== "" && !count(most)) wrong.push({ field: "per_buyer_max", detail: this.text.badCount });
    const chosen = this.products.flatMap((product) => product.skus).find((each) => each.sku === sku);
    if (chosen !== undefined && minor !== null && minor > chosen.price.minor) {
      const usual = formatMoney(chosen.price, this.text.language);
      wrong.push({ field: "price", detail: this.text.sales.saleDearer(usual) });
    }
    if (chosen !== undefined && Number(quantity) > chosen.free) {
      wrong.push({ field: "quantity", detail: this.text.sales.saleMost(chosen.free) });
    }
    if (starts === null) wrong.push({ field: "starts_at", detail: this.text.required });
    if (!count(minutes)) wrong.push({ field: "ends_at", detail: this.text.badCount });
    const done = await this.attempt(async () => {
      if (minor === null || starts === null || wrong.length > 0) throw new Problem(422, "", wrong);
      const ends = new Date(Date.parse(starts) + Number(minutes) * MINUTE_MS).toISOString();
      const limit = most === "" ? {} : { per_buyer_max: Number(most) };
      const sale = { sku, price: { minor, currency: this.currency }, quantity: Number(quantity), ...limit };
      await this.store.api.announceSale(show, { ...sale, starts_at: starts, ends_at: ends });
    });
    await this.look();
    if (!done) return;
    form.reset();
    form.closest("details")?.removeAttribute("open");
  }

  /** The time of the next one is proposed when the form is opened, and left alone while somebody fills it in. */
  private unfolded(event: Event): void {
    if ((event.target as HTMLDetailsElement).open) this.soon = inFiveMinutes();
  }

  private async end(sale: string): Promise<void> {
    await this.attempt(() => this.store.api.withdrawSale(sale));
    await this.look();
  }

  private async look(): Promise<void> {
    const show = (sales: readonly SaleHq[]) => Object.assign(this, { sales });
    await this.newest.take(this.store.api.sales(), show).catch(() => undefined); // what is shown stays
  }
}

function inFiveMinutes(): string {
  return toLocalInput(new Date(Date.now() + 5 * MINUTE_MS).toISOString());
}

customElements.define("fenbo-flash", FenboFlash);
