import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import type { OrderedSku, ShelfItem, Sku } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { picture } from "../ui/picture.ts";
import { quantity, quantityStyle } from "../ui/quantity.ts";
import { firstFree, mostOf, stockText } from "./prices.ts";
import { saleOf } from "./sales.ts";
import type { RoomSession } from "./session.ts";

/** A product with its kinds. Says `product-buy` (detail: `OrderedSku`). */
export class FenboProduct extends LitElement {
  static override properties = {
    item: { attribute: false },
    text: { attribute: false },
    session: { attribute: false },
    chosen: { state: true },
    amount: { state: true },
    wrong: { state: true },
    added: { state: true },
  };
  declare item: ShelfItem;
  declare text: Text;
  declare session: RoomSession;
  declare chosen: string | null;
  declare amount: number;
  declare wrong: string;
  declare added: boolean;

  constructor() {
    super();
    this.chosen = null;
    this.amount = 1;
    this.wrong = "";
    this.added = false;
  }

  static override styles = [
    base,
    formStyle,
    quantityStyle,
    css`
      .top {
        display: flex;
        gap: 16px;
      }
      .price {
        font-size: 24px;
        font-weight: 700;
        color: var(--accent-light);
      }
      .price.sale {
        font-size: 15px;
      }
      .description {
        margin-top: 12px;
        color: var(--sheet-dim);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      fieldset {
        border: 0;
        margin: 16px 0 0;
        padding: 0;
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      legend {
        padding: 0 0 6px;
        font-size: 14px;
        color: var(--sheet-dim);
      }
      .kind {
        position: relative;
        display: inline-flex;
        align-items: center;
        min-height: 44px;
        padding: 0 16px;
        border-radius: 12px;
        background: var(--sheet-soft);
        color: var(--sheet-text);
        font-size: 15px;
      }
      .kind input {
        position: absolute;
        inset: 0;
        opacity: 0;
        margin: 0;
        min-height: 0;
      }
      .kind:has(:checked) {
        box-shadow: inset 0 0 0 2px var(--accent-light);
        font-weight: 600;
      }
      .kind:has(:focus-visible) {
        outline: 3px solid var(--focus, #4c9dff);
        outline-offset: 2px;
      }
      .kind:has(:disabled) {
        color: var(--sheet-dim);
        text-decoration: line-through;
      }
      .many {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        margin: 16px 0;
        color: var(--sheet-dim);
      }
      .actions {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px;
        margin-top: 8px;
      }
      .good {
        color: var(--good);
      }
    `,
  ];

  override render() {
    const { item, text } = this;
    const sku = this.sku;
    if (sku === null) return nothing;
    return html`
      <div class="top">
        ${picture(item.image_url, item.name, 104)}
        <div>
          <p class="price tabular">${formatMoney(sku.price, text.language)}</p>
          ${item.sale_text === undefined ? nothing : html`<p class="price sale tabular" role="timer">${item.sale_text}</p>`}
          <p>${stockText(sku.free, text)}</p>
          ${sku.per_buyer_max === null ? nothing : html`<p class="hint">${text.perBuyer(sku.per_buyer_max)}</p>`}
          ${sku.per_order_max === null ? nothing : html`<p class="hint">${text.perOrder(sku.per_order_max)}</p>`}
        </div>
      </div>
      ${item.description === "" ? nothing : html`<p class="description">${item.description}</p>`}
      ${item.skus.length > 1 ? this.kinds(sku) : nothing}
      <div class="many">
        ${text.quantity}
        ${quantity({ text, value: this.amount, least: 1, most: Math.max(1, mostOf(sku)), change: (value) => this.setAmount(value) })}
      </div>
      <p class="wrong" role="alert">${this.wrong}</p>
      <p class="good" role="status">${this.added ? text.added : ""}</p>
      <div class="actions">
        <button class="plain" ?disabled=${sku.free <= 0} @click=${() => this.add(sku)}>${text.addToCart}</button>
        <button class="fill" ?disabled=${sku.free <= 0} @click=${() => this.buy(sku)}>
          ${sku.free <= 0 ? text.soldOut : text.buyNow}
        </button>
      </div>
    `;
  }

  private kinds(current: Sku): TemplateResult {
    return html`<fieldset>
      <legend>${this.text.choose}</legend>
      ${this.item.skus.map(
        (sku) =>
          html`<label class="kind"
            ><input
              type="radio"
              name="sku"
              value=${sku.sku}
              .checked=${sku.sku === current.sku}
              ?disabled=${sku.free <= 0}
              @change=${() => this.choose(sku)}
            />${sku.name}</label
          >`,
      )}
    </fieldset>`;
  }

  private get sku(): Sku | null {
    return this.item.skus.find((sku) => sku.sku === this.chosen) ?? firstFree(this.item);
  }

  private choose(sku: Sku): void {
    this.chosen = sku.sku;
    this.setAmount(Math.min(this.amount, Math.max(1, mostOf(sku))));
  }

  private setAmount(amount: number): void {
    this.amount = amount;
    this.added = false;
    this.wrong = "";
  }

  private buy(sku: Sku): void {
    const detail: OrderedSku = { sku: sku.sku, quantity: this.amount, ...saleOf(sku) };
    this.dispatchEvent(new CustomEvent("product-buy", { detail }));
  }

  private async add(sku: Sku): Promise<void> {
    const held = this.session.cart?.lines.find((line) => line.sku === sku.sku)?.quantity ?? 0;
    try {
      await this.session.setCartLine(sku.sku, held + this.amount);
      this.wrong = "";
      this.added = true;
    } catch (error) {
      this.added = false;
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-product", FenboProduct);
