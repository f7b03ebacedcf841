import { css, html, type TemplateResult } from "lit";
import type { Order } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { formatMoment } from "../times.ts";

/** On a phone each order is a block: when and how it stands, what and how much, where and whose. */
export const orderTableStyle = css`
  @media (max-width: 699px) {
    .orders thead {
      position: absolute;
      clip-path: inset(50%);
    }
    .orders tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px 12px;
      align-items: center;
      padding: 10px 0;
      border-bottom: 1px solid var(--sheet-line);
    }
    .orders td {
      padding: 0;
      border: 0;
      overflow-wrap: anywhere;
    }
    .orders .state {
      grid-area: 1 / 2;
      text-align: end;
    }
    .orders .what {
      grid-area: 2 / 1;
    }
    .orders .number {
      grid-area: 2 / 2;
    }
    .orders .place {
      grid-column: 1 / -1;
      color: var(--sheet-dim);
      font-size: 13px;
    }
    .orders .place::before {
      content: attr(data-label) ": ";
    }
  }
`;

/** Orders as rows: where they were placed and whose customer the buyer is. With `open` each can be looked into. */
export function orderTable(orders: readonly Order[], text: HqText, open?: (order: string) => void): TemplateResult {
  if (orders.length === 0) return html`<p class="dim">${text.noOrders}</p>`;
  return html`<div class="scroll">
    <table class="orders">
      <thead>
        <tr>
          <th scope="col">${text.time}</th>
          <th scope="col">${text.goods}</th>
          <th scope="col">${text.roomName}</th>
          <th scope="col">${text.owner}</th>
          <th scope="col" class="number">${text.amount}</th>
          <th scope="col">${text.state}</th>
        </tr>
      </thead>
      <tbody>
        ${orders.map((order) => row(order, text, open))}
      </tbody>
    </table>
  </div>`;
}

function row(order: Order, text: HqText, open?: (order: string) => void): TemplateResult {
  const good = order.state !== "created" && order.state !== "cancelled" && order.state !== "refunded";
  const moment = formatMoment(order.created_at, text.language);
  return html`<tr data-order=${order.order}>
    <td class="small">${open === undefined ? moment : html`<button class="act" aria-label=${text.sales.open(order.order)} @click=${() => open(order.order)}>${moment}</button>`}</td>
    <td class="what">${order.lines.map((line) => `${line.product_name} ×\u00a0${line.quantity}`).join(", ")}</td>
    <td class="place" data-label=${text.roomName}>${order.room_channel.name}</td>
    <td class="place" data-label=${text.owner}>${order.owner_channel.name}</td>
    <td class="number">${formatMoney(order.total, text.language)}</td>
    <td class="state"><span class="tag ${good ? "good" : ""}">${text.room.orderStates[order.state]}</span></td>
  </tr>`;
}
