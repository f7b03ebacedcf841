import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Case, HqCasesApi } from "../api/cases.ts";
import { Problem } from "../api/problem.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Cases of one order, or with `order` "" all that wait; and the answers to them. Says `case-acted`. */
export class FenboHqCases extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    order: {},
    news: { type: Number },
    text: { attribute: false },
    found: { state: true },
    busy: { state: true },
  };
  declare store: HqStore;
  declare order: string;
  declare news: number;
  declare text: HqText;
  declare found: readonly Case[] | null;
  declare busy: boolean;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.order = "";
    this.found = null;
    this.busy = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 10px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      form {
        margin-top: 8px;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("order")) return;
    this.found = null; // another order's are none of this one's
    this.problem = null;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("order")) void this.attempt(() => this.look());
    else if (changed.has("news")) void this.look().catch(() => undefined); // what is shown stays
  }

  override render() {
    const { found, order } = this;
    const { cases } = this.text;
    if (found === null || (order !== "" && found.length === 0)) return nothing;
    const heading = order === "" ? cases.open : cases.ofOrder;
    return html`<section class=${order === "" ? "panel" : ""} aria-label=${heading}>
      <h2>${heading}${found.length === 0 ? "" : ` (${found.length})`}</h2>
      ${found.length === 0 ? html`<p class="dim">${cases.none}</p>` : nothing}
      <ul>
        ${found.map((each) => this.one(each))}
      </ul>
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, this.text)}</p>
    </section>`;
  }

  private one(each: Case): TemplateResult {
    const { cases, language } = this.text;
    const due = each.state === "agreed" ? cases.dueBuyer : cases.due;
    return html`<li data-case=${each.case}>
      <p class="row apart"><b>${cases.kinds[each.kind]} · ${formatMoney(each.amount, language)}</b><span class="tag">${cases.states[each.state]}</span></p>
      <p>${each.lines.map((line) => `${line.product_name} ${line.name} × ${line.quantity}`).join(", ")}</p>
      <p class="small">${cases.reason(each.reason)}</p>
      ${each.answer === "" ? nothing : html`<p class="small">${cases.answer(each.answer)}</p>`}
      ${each.tracking === "" ? nothing : html`<p class="small">${cases.tracking(each.tracking)}</p>`}
      <p class="small dim">
        <code>${each.order}</code> · ${formatMoment(each.created_at, language)}${each.due_at === null ? "" : ` · ${due(formatMoment(each.due_at, language))}`}
      </p>
      ${each.state === "asked" || each.state === "sent" ? this.answers(each) : nothing}
    </li>`;
  }

  private answers(each: Case): TemplateResult {
    const { cases } = this.text;
    const asked = each.state === "asked";
    const yes = asked ? cases.agree : cases.receive;
    const back = !asked || each.kind === "refund";
    return html`<form @submit=${(event: SubmitEvent) => this.answered(event, each)}>
      ${field({ label: cases.yourAnswer, name: "reason" })}
      ${back ? html`<label class="tick"><input type="checkbox" name="restock" />${cases.restock}</label>` : nothing}
      <div class="row">
        <button class="act main" value="yes" ?disabled=${this.busy} aria-label=${cases.actOn(yes, each.order)}>${yes}</button>
        <button class="act hard" value="no" ?disabled=${this.busy} aria-label=${cases.actOn(cases.refuse, each.order)}>${cases.refuse}</button>
      </div>
    </form>`;
  }

  private async answered(event: SubmitEvent, each: Case): Promise<void> {
    event.preventDefault();
    const { reason = "", restock } = formValues(event.target as HTMLFormElement);
    const back = restock !== undefined;
    const api = new HqCasesApi(this.store.api);
    if ((event.submitter as HTMLButtonElement | null)?.value === "no") {
      if (reason === "") this.problem = new Problem(422, this.text.required);
      else await this.act(() => api.refuse(each.case, reason));
    } else if (each.state === "asked") await this.act(() => api.agree(each.case, reason, back));
    else await this.act(() => api.receive(each.case, back));
  }

  private async act(what: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    const done = await this.attempt(what);
    await this.look().catch(() => undefined); // what is shown stays
    this.busy = false;
    if (done) this.dispatchEvent(new CustomEvent("case-acted"));
  }

  private look(): Promise<void> {
    const { order } = this;
    return this.newest.take(new HqCasesApi(this.store.api).list(order), (found) => {
      if (order === this.order) this.found = found;
    });
  }
}

customElements.define("fenbo-hq-cases", FenboHqCases);
