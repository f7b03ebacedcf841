import { html, type TemplateResult } from "lit";
import type { Order } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { formatMoment } from "../times.ts";

/** Orders as rows: where they were placed and whose customer the buyer is. With `open` each can be looked into. */
export function orderTable(orders: readonly Order[], text: HqText, open?: (order: string) => void): TemplateResult {
  if (orders.length === 0) return html`<p class="dim">${text.noOrders}</p>`;
  return html`<div class="scroll">
    <table>
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
    <td>${order.lines.map((line) => `${line.product_name} × ${line.quantity}`).join(", ")}</td>
    <td>${order.room_channel.name}</td>
    <td>${order.owner_channel.name}</td>
    <td class="number">${formatMoney(order.total, text.language)}</td>
    <td><span class="tag ${good ? "good" : ""}">${text.room.orderStates[order.state]}</span></td>
  </tr>`;
}
