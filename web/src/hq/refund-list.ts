import { html, type TemplateResult } from "lit";
import type { RefundLine, RefundMade } from "../api/hq-payments.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { formatMoment } from "../times.ts";
import { formValues } from "../ui/form.ts";

const KIND = { waiting: "", done: "good", failed: "warn", paid_otherwise: "good", not_given: "", reinstated: "good" };

/** What can be done with one: try again what failed, or end it; where an order is open, put on the shelf what came back later. */
export interface RefundActs {
  retry: (refund: RefundMade) => void;
  end: (refund: RefundMade, how: string, reason: string) => void;
  shelve?: (refund: RefundMade, sku: string) => void;
}

/** Refunds with how far they are and what they are for. `named`: with the order that each belongs to. */
export function refundList(
  refunds: readonly RefundMade[],
  text: HqText,
  acts: RefundActs,
  named = true,
): TemplateResult[] {
  const { payments, language } = text;
  return refunds.map(
    (each) => html`<div class="row apart">
        <span>${named ? html`<code>${each.order}</code> ` : ""}<b class="tabular">${formatMoney(each.amount, language)}</b> <span class="small dim">${formatMoment(each.at, language)}</span></span>
        <span class="row">
          <span class="tag ${KIND[each.state]}" role="status">${payments.states[each.state]}</span>
          ${each.state === "failed" ? html`<button class="act" @click=${() => acts.retry(each)}>${payments.retry}</button>` : ""}
        </span>
      </div>
      ${each.lines.map((line) => lineRow(line, text, () => acts.shelve?.(each, line.sku), acts.shelve !== undefined))}
      ${each.beyond.minor > 0 ? html`<p class="small wrong">${payments.beyond(formatMoney(each.beyond, language))}</p>` : ""}
      ${each.error === "" ? "" : html`<p class="small wrong">${each.error}</p>`}
      ${each.state === "failed" ? ending(each, text, acts) : ""}`,
  );
}

function ending(refund: RefundMade, { payments }: HqText, { end }: RefundActs): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { how = "", reason = "" } = formValues(event.target as HTMLFormElement);
    end(refund, how, reason);
  };
  return html`<details><summary>${payments.end}</summary>
    <form @submit=${submit}>
      <label>${payments.ended}<select name="how"><option value="paid_otherwise">${payments.states.paid_otherwise}</option><option value="not_given">${payments.states.not_given}</option></select></label>
      <label>${payments.why}<input name="reason" required maxlength="200" /></label>
      <p class="hint">${payments.endHint}</p>
      <p><button class="act hard">${payments.settle}</button></p>
    </form>
  </details>`;
}

function lineRow(line: RefundLine, { sales }: HqText, shelve: () => void, may: boolean): TemplateResult {
  const name = line.name === line.product_name ? line.name : `${line.product_name} ${line.name}`;
  const back = line.restocked ? html`<span class="small dim">${sales.shelved}</span>` : "";
  const act = html`<button class="act" aria-label="${sales.shelve}: ${name}" @click=${shelve}>${sales.shelve}</button>`;
  return html`<div class="row apart small"><span>${name} ×\u00a0${line.quantity}</span>${may && !line.restocked ? act : back}</div>`;
}
