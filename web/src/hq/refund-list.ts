import { html, type TemplateResult } from "lit";
import type { RefundLine, RefundMade } from "../api/hq-payments.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { formatMoment } from "../times.ts";

const KIND = { waiting: "", done: "good", failed: "warn" };

/** Refunds with how far they are; what failed can be tried again. `named`: with the order that each belongs to. */
export function refundList(
  refunds: readonly RefundMade[],
  text: HqText,
  retry: (refund: RefundMade) => void,
  named = true,
): TemplateResult[] {
  const { payments, sales, language } = text;
  return refunds.map(
    (each) => html`<div class="row apart">
        <span>${named ? html`<code>${each.order}</code> ` : ""}<b class="tabular">${formatMoney(each.amount, language)}</b> <span class="small dim">${formatMoment(each.at, language)}</span></span>
        <span class="row">
          <span class="tag ${KIND[each.state]}" role="status">${payments.states[each.state]}</span>
          ${each.state === "failed" ? html`<button class="act" @click=${() => retry(each)}>${payments.retry}</button>` : ""}
        </span>
      </div>
      ${each.lines.length === 0 ? "" : html`<p class="small dim">${each.lines.map((line) => said(line, sales.shelved)).join(", ")}</p>`}
      ${each.error === "" ? "" : html`<p class="small wrong">${each.error}</p>`}`,
  );
}

function said(line: RefundLine, shelved: string): string {
  const { product_name: product, name, quantity, restocked } = line;
  return `${product} ${name} × ${quantity}${restocked ? ` (${shelved})` : ""}`;
}
