import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { OrderHq, Refund } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import type { Money, SoldLine } from "../api/types.ts";
import { decimal, formatMoney, parseMinor } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { quantity, quantityStyle } from "../ui/quantity.ts";
import { panel } from "./style.ts";

/** What is given back, apart from the key that makes it safe to send again. */
export type Given = Omit<Refund, "refund">;

/** What was paid for the next `units` of a line (commerce/order/refund_lines.py). */
export function costOf({ amount, quantity: sold, refunded }: SoldLine, units: number): number {
  const upto = (n: number) => Math.floor((amount.minor * n) / sold);
  return upto(refunded + units) - upto(refunded);
}

/** Money back: for units of lines that are chosen, or a sum. What was paid for them is proposed. */
export class FenboRefundForm extends LitElement {
  static override properties = {
    order: { attribute: false },
    text: { attribute: false },
    problem: { attribute: false },
    give: { attribute: false },
    units: { state: true },
  };
  declare order: OrderHq;
  declare text: HqText;
  declare problem: Problem | null;
  /** Sends what is made, which may be refused in the making; answers whether it was taken. */
  declare give: (make: () => Given) => Promise<boolean>;
  /** What is chosen, by SKU. */
  declare units: Readonly<Record<string, number>>;

  constructor() {
    super();
    this.units = {};
  }

  static override styles = [
    base,
    formStyle,
    panel,
    quantityStyle,
    css`
      fieldset {
        display: grid;
        gap: 10px;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0 0 6px;
        font-size: 14px;
        color: var(--sheet-dim);
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 12px;
        padding: 6px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .line .tick {
        grid-column: 1 / -1;
      }
    `,
  ];

  override render() {
    const { sales } = this.text;
    const open = this.order.lines.filter((line) => line.quantity > line.refunded);
    const named = this.named();
    return html`<details>
      <summary>${sales.refund}</summary>
      <form @submit=${(event: SubmitEvent) => this.submit(event)}>
        ${
          open.length === 0
            ? nothing
            : html`<fieldset><legend>${sales.refundLines}</legend>${open.map((line) => this.line(line))}</fieldset>`
        }
        ${field({ label: this.amountLabel(named), name: "amount", inputmode: "decimal", placeholder: decimal(this.most(named)), wrong: this.wrongAt("amount") })}
        ${field({ label: sales.reason, name: "reason", wrong: this.wrongAt("reason") })}
        ${named.length > 0 || open.length === 0 ? nothing : tick("restock", sales.restock)}
        <button class="act hard">${sales.refund}</button>
      </form>
    </details>`;
  }

  private line(line: SoldLine): TemplateResult {
    const { sales, language, room } = this.text;
    const { sku } = line;
    const value = this.units[sku] ?? 0;
    const change = (units: number) => {
      this.units = { ...this.units, [sku]: units };
    };
    const name = line.name === line.product_name ? line.name : `${line.product_name} ${line.name}`;
    return html`<div class="line" data-sku=${sku} role="group" aria-label=${name}>
      <span>${name}<br /><span class="small dim tabular">${formatMoney(line.price, language)} × ${line.quantity - line.refunded}</span></span>
      ${quantity({ text: room, value, least: 0, most: line.quantity - line.refunded, change })}
      ${value === 0 ? nothing : tick(sku, sales.restockLine)}
    </div>`;
  }

  private amountLabel(named: readonly SoldLine[]): string {
    return named.length === 0 ? this.text.sales.refundAmount : this.text.sales.refundAmountLines;
  }

  /** The lines of which some units are chosen. */
  private named(): SoldLine[] {
    return this.order.lines.filter((line) => (this.units[line.sku] ?? 0) > 0);
  }

  private most(named: readonly SoldLine[]): Money {
    const { total, refunded } = this.order;
    const left = total.minor - refunded.minor;
    const cost = named.reduce((sum, line) => sum + costOf(line, this.units[line.sku] ?? 0), 0);
    return { minor: named.length === 0 ? left : Math.min(left, cost), currency: total.currency };
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { order } = this.order;
    const done = await this.give(() => this.made(formValues(form)));
    if (!done || order !== this.order.order) return;
    form.reset(); // what was typed is paid: it is not to be sent again as another refund
    this.units = {};
    form.closest("details")?.removeAttribute("open");
  }

  /** Throws the Problem of an amount that cannot be. */
  private made(typed: Record<string, string>): Given {
    const { amount = "", reason = "" } = typed;
    const named = this.named();
    const most = this.most(named);
    const minor = amount === "" ? null : parseMinor(amount, most.currency);
    if (amount !== "" && (minor === null || minor <= 0)) throw wrongAmount(this.text.badPrice);
    if (minor !== null && minor > most.minor) {
      throw wrongAmount(this.text.sales.refundMost(formatMoney(most, this.text.language)));
    }
    const sum = minor === null ? {} : { amount: { minor, currency: most.currency } };
    if (named.length === 0) return { reason, restock: typed.restock !== undefined, ...sum };
    const lines = named.map(({ sku }) => ({ sku, quantity: this.units[sku] ?? 0, restock: typed[sku] !== undefined }));
    return { reason, lines, ...sum };
  }

  private wrongAt(name: string): string {
    return this.problem?.at(name) ?? "";
  }
}

function tick(name: string, label: string): TemplateResult {
  return html`<label class="tick"><input type="checkbox" name=${name} />${label}</label>`;
}

function wrongAmount(detail: string): Problem {
  return new Problem(422, "", [{ field: "amount", detail }]);
}

customElements.define("fenbo-refund-form", FenboRefundForm);
