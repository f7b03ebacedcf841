import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import type { CartLine } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { icons } from "../ui/icons.ts";
import { picture } from "../ui/picture.ts";
import { quantity, quantityStyle } from "../ui/quantity.ts";
import { QUANTITY_MAX, stockText } from "./prices.ts";
import type { RoomSession } from "./session.ts";

/** The viewer's cart in this room. Says `cart-checkout`. */
export class FenboCart extends LitElement {
  static override properties = {
    session: { attribute: false },
    cart: { attribute: false },
    text: { attribute: false },
    wrong: { state: true },
  };
  declare session: RoomSession;
  declare cart: RoomSession["cart"];
  declare text: Text;
  declare wrong: string;

  constructor() {
    super();
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    quantityStyle,
    css`
      li {
        display: grid;
        grid-template-columns: 64px 1fr auto;
        gap: 4px 12px;
        align-items: center;
        padding: 12px 0;
        border-bottom: 1px solid var(--sheet-line);
      }
      li > :first-child {
        grid-row: span 2;
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .quantity {
        justify-self: start;
      }
      .drop {
        justify-self: end;
        margin-inline-end: -10px;
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        color: var(--sheet-dim);
      }
      .amount {
        font-weight: 700;
      }
      .total {
        display: flex;
        justify-content: space-between;
        padding: 16px 0;
        font-size: 18px;
        font-weight: 700;
      }
      .fill {
        width: 100%;
      }
      .empty {
        padding: 24px 0;
        text-align: center;
        color: var(--sheet-dim);
      }
    `,
  ];

  override firstUpdated(): void {
    this.session.refreshCart();
  }

  override render() {
    const { cart, text } = this;
    if (cart === null || cart.lines.length === 0) {
      return html`<p class="empty">${cart === null ? text.loading : text.cartEmpty}</p>
        <p class="wrong" role="alert">${this.wrong}</p>`;
    }
    return html`
      <ul>
        ${cart.lines.map((line) => this.line(line))}
      </ul>
      <p class="wrong" role="alert">${this.wrong}</p>
      <p class="total"><span>${text.total}</span><span class="tabular">${formatMoney(cart.total, text.language)}</span></p>
      <button class="fill" @click=${() => this.dispatchEvent(new CustomEvent("cart-checkout"))}>${text.checkout}</button>
    `;
  }

  private line(line: CartLine): TemplateResult {
    const { text } = this;
    const most = Math.min(QUANTITY_MAX, Math.max(line.free, line.quantity));
    const change = (value: number) => this.change(line, value);
    return html`<li>
      ${picture(line.image_url, line.product_name, 64)}
      <div>
        <p class="name">${line.product_name}</p>
        <p class="hint">
          ${line.name === line.product_name ? nothing : line.name} ${line.free < line.quantity ? stockText(line.free, text) : nothing}
        </p>
      </div>
      <button class="drop" aria-label=${text.remove(line.product_name)} @click=${() => change(0)}>${icons.trash}</button>
      ${quantity({ text, value: line.quantity, least: 1, most, change })}
      <span class="amount tabular">${formatMoney(line.amount, text.language)}</span>
    </li>`;
  }

  private async change(line: CartLine, value: number): Promise<void> {
    try {
      await this.session.setCartLine(line.sku, value);
      this.wrong = "";
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-cart", FenboCart);
