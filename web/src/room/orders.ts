import { css, html, LitElement, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import type { Order } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import type { RoomSession } from "./session.ts";

/** This viewer's orders in this room. Says `orders-open` (detail: the order). */
export class FenboOrders extends LitElement {
  static override properties = {
    session: { attribute: false },
    text: { attribute: false },
    orders: { state: true },
    wrong: { state: true },
  };
  declare session: RoomSession;
  declare text: Text;
  declare orders: readonly Order[] | null;
  declare wrong: string;

  constructor() {
    super();
    this.orders = null;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    css`
      li button {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 2px 12px;
        width: 100%;
        padding: 12px 0;
        text-align: start;
        border-bottom: 1px solid var(--sheet-line);
      }
      .sum {
        font-weight: 700;
        text-align: end;
      }
      .state {
        text-align: end;
      }
      .empty {
        padding: 24px 0;
        text-align: center;
        color: var(--sheet-dim);
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  override render() {
    const { text, orders } = this;
    if (this.wrong !== "") {
      return html`<p class="wrong" role="alert">${this.wrong}</p>
        <button class="plain" @click=${this.load}>${text.again}</button>`;
    }
    if (orders === null || orders.length === 0) {
      return html`<p class="empty" role="status">${orders === null ? text.loading : text.noOrders}</p>`;
    }
    return html`<ul>
      ${orders.map((order) => this.order(order))}
    </ul>`;
  }

  private order(order: Order): TemplateResult {
    const { text } = this;
    return html`<li>
      <button @click=${() => this.dispatchEvent(new CustomEvent("orders-open", { detail: order }))}>
        <span>${order.lines.map((line) => `${line.product_name} × ${line.quantity}`).join(", ")}</span>
        <span class="sum tabular">${formatMoney(order.total, text.language)}</span>
        <span class="hint">${formatMoment(order.created_at, text.language)}</span>
        <span class="hint state">${text.orderStates[order.state]}</span>
      </button>
    </li>`;
  }

  private async load(): Promise<void> {
    this.wrong = "";
    try {
      this.orders = await this.session.api.orders();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-orders", FenboOrders);
