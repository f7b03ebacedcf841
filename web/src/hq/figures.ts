import { css, html, LitElement, type TemplateResult } from "lit";
import type { Overview } from "../api/hq-types.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { orderTable, orderTableStyle } from "./order-table.ts";
import { panel } from "./style.ts";

/** The evening in figures, as they change. */
export class FenboFigures extends LitElement {
  static override properties = { overview: { attribute: false }, text: { attribute: false } };
  declare overview: Overview | null;
  declare text: HqText;

  static override styles = [
    base,
    panel,
    orderTableStyle,
    css`
      :host {
        display: grid;
        gap: 16px;
        min-width: 0;
      }
      .sums {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 10px;
        margin-bottom: 14px;
      }
      .sums div {
        padding: 10px 12px;
        border-radius: 10px;
        background: var(--sheet-soft);
      }
      .sums dt {
        font-size: 13px;
        color: var(--sheet-dim);
      }
      .sums dd {
        margin: 0;
        font-size: 22px;
        font-weight: 700;
        line-height: 1.2;
      }
      dl {
        margin: 0;
      }
    `,
  ];

  override render() {
    const { overview, text } = this;
    if (overview === null) return html`<section class="panel"><p class="dim">${text.loading}</p></section>`;
    return html`<section class="panel" aria-label=${text.channelsLive}>
        <h2>${text.channelsLive}</h2>
        ${this.sums(overview)} ${this.channels(overview)}
      </section>
      <section class="panel" aria-label=${text.latestOrders}>
        <h2>${text.latestOrders}</h2>
        ${orderTable(overview.latest_orders, text)}
      </section>`;
  }

  private sums(overview: Overview): TemplateResult {
    const { text } = this;
    const orders = overview.channels.reduce((sum, channel) => sum + channel.orders, 0);
    const minor = overview.channels.reduce((sum, channel) => sum + channel.paid.minor, 0);
    const currency = overview.channels[0]?.paid.currency ?? "CNY";
    return html`<dl class="sums tabular">
      <div><dt>${text.viewers}</dt><dd data-sum="viewers">${overview.viewers}</dd></div>
      <div><dt>${text.ordersCount}</dt><dd data-sum="orders">${orders}</dd></div>
      <div><dt>${text.paid}</dt><dd data-sum="paid">${formatMoney({ minor, currency }, text.language)}</dd></div>
    </dl>`;
  }

  private channels(overview: Overview): TemplateResult {
    const { text } = this;
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">${text.channel}</th>
            <th scope="col" class="number">${text.viewers}</th>
            <th scope="col" class="number">${text.ordersCount}</th>
            <th scope="col" class="number">${text.paid}</th>
          </tr>
        </thead>
        <tbody>
          ${overview.channels.map(
            (one) =>
              html`<tr data-channel=${one.channel} data-room=${one.room}>
                <td><a href="/r/${one.room}" target="_blank">${one.name}</a></td>
                <td class="number">${one.viewers}</td>
                <td class="number">${one.orders}</td>
                <td class="number">${formatMoney(one.paid, text.language)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define("fenbo-figures", FenboFigures);
