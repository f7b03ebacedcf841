import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Case, cases, OPEN } from "../api/cases.ts";
import type { Problem } from "../api/problem.ts";
import type { Order } from "../api/types.ts";
import { newId } from "../ids.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";

/** What a buyer has asked for about a paid order, and asking. */
export class FenboCases extends LitElement {
  static override properties = {
    order: { attribute: false },
    text: { attribute: false },
    found: { state: true },
    asking: { state: true },
    busy: { state: true },
    wrong: { state: true },
  };
  declare order: Order;
  declare text: Text;
  declare found: readonly Case[];
  declare asking: boolean;
  declare busy: boolean;
  declare wrong: string;
  /** The same until the server has decided, so that a lost answer asks once. */
  private attempt = newId();
  private readonly newest = new Newest();

  constructor() {
    super();
    this.found = [];
    this.asking = false;
    this.busy = false;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    css`
      section {
        margin-bottom: 16px;
      }
      h3 {
        font-size: 16px;
        margin-bottom: 6px;
      }
      li,
      form {
        padding: 10px 14px;
        margin-bottom: 8px;
        border-radius: 12px;
        background: var(--sheet-soft);
        overflow-wrap: anywhere;
      }
      li form {
        padding: 8px 0 0;
        margin: 0;
      }
      li .plain {
        background: var(--sheet); /* on a soft ground */
      }
      .row {
        display: flex;
        justify-content: space-between;
        gap: 12px;
      }
      .acts {
        margin-top: 8px;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    const before = changed.get("order") as Order | undefined;
    if (changed.has("order") && (before?.order !== this.order.order || before.state !== this.order.state)) {
      if (before?.order !== this.order.order) this.found = [];
      void this.look().catch(() => undefined); // what is shown stays
    }
  }

  override render() {
    const { buyer } = this.text;
    const may = this.kinds().length > 0 && this.order.lines.some((line) => this.left(line.sku) > 0);
    if (!may && this.found.length === 0) return nothing;
    return html`<section aria-label=${buyer.afterSales}>
      <h3>${buyer.afterSales}</h3>
      <ul>
        ${this.found.map((each) => this.one(each))}
      </ul>
      ${this.asking ? this.form() : may ? html`<button class="plain" @click=${this.begin}>${buyer.askCase}</button>` : nothing}
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private one(each: Case): TemplateResult {
    const { buyer, language } = this.text;
    return html`<li data-case=${each.case}>
      <p class="row"><b>${buyer.kindNames[each.kind]} · ${formatMoney(each.amount, language)}</b><span>${buyer.states[each.state]}</span></p>
      <p class="hint">${each.lines.map((line) => `${line.product_name} × ${line.quantity}`).join(", ")}: ${each.reason}</p>
      ${each.answer === "" ? nothing : html`<p>${buyer.answer(each.answer)}</p>`}
      ${each.due_at === null ? nothing : html`<p class="hint">${buyer.due(formatMoment(each.due_at, language))}</p>`}
      ${
        each.state === "agreed"
          ? html`<form @submit=${(event: SubmitEvent) => this.sent(event, each)}>
              ${field({ label: buyer.tracking, name: "tracking", required: true })}
              <button class="fill" ?disabled=${this.busy}>${buyer.sentBack}</button>
            </form>`
          : nothing
      }
      ${
        each.state === "asked" || each.state === "agreed"
          ? html`<p class="acts"><button class="plain" ?disabled=${this.busy} @click=${() => this.act(() => cases.withdraw(each.case))}>${buyer.withdraw}</button></p>`
          : nothing
      }
    </li>`;
  }

  private form(): TemplateResult {
    const { buyer } = this.text;
    const open = this.order.lines.filter((line) => this.left(line.sku) > 0);
    return html`<form @submit=${this.asked}>
      <label>${buyer.kind}
        <select name="kind">
          ${this.kinds().map((kind) => html`<option value=${kind}>${buyer.kinds[kind]}</option>`)}
        </select></label>
      ${open.map(
        (line) =>
          html`<label>${buyer.units(`${line.product_name} ${line.name === line.product_name ? "" : line.name}`.trim())}
            <input type="number" name=${line.sku} min="0" max=${this.left(line.sku)} .value=${String(open.length === 1 ? this.left(line.sku) : 0)} /></label>`,
      )}
      ${field({ label: buyer.reason, name: "reason", rows: 2, required: true })}
      <button class="fill" ?disabled=${this.busy}>${buyer.send}</button>
    </form>`;
  }

  /** What may be asked now (commerce/cases/states.py). */
  private kinds(): ("refund" | "return")[] {
    if (this.order.state === "paid") return ["refund"];
    return this.order.state === "shipped" || this.order.state === "received" ? ["return", "refund"] : [];
  }

  private left(sku: string): number {
    const line = this.order.lines.find((each) => each.sku === sku);
    const left = line === undefined ? 0 : line.quantity - line.refunded;
    const held = this.found.filter((each) => OPEN.includes(each.state)).flatMap((each) => each.lines);
    return left - held.filter((each) => each.sku === sku).reduce((sum, each) => sum + each.quantity, 0);
  }

  private begin(): void {
    this.asking = true;
  }

  private async asked(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { kind, reason = "", ...units } = formValues(event.target as HTMLFormElement);
    const lines = Object.entries(units).map(([sku, value]) => ({ sku, quantity: Number(value) }));
    const chosen = lines.filter((line) => line.quantity > 0);
    if (chosen.length === 0 || reason === "") {
      this.wrong = reason === "" ? this.text.required : this.text.buyer.nothingChosen;
      return;
    }
    const body = { client_case_id: this.attempt, kind: kind as Case["kind"], reason, lines: chosen };
    if (await this.act(() => cases.ask(this.order.order, body))) this.asking = false;
  }

  private async sent(event: SubmitEvent, each: Case): Promise<void> {
    event.preventDefault();
    const { tracking = "" } = formValues(event.target as HTMLFormElement);
    if (tracking === "") this.wrong = this.text.required;
    else await this.act(() => cases.send(each.case, tracking));
  }

  private look(): Promise<void> {
    const { order } = this.order;
    return this.newest.take(cases.of(order), (found) => {
      if (order === this.order.order) this.found = found;
    });
  }

  /** Does it, and shows all cases as they are then. */
  private async act(what: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    try {
      await what();
      this.attempt = newId();
      this.wrong = "";
      await this.look().catch(() => undefined); // it was done all the same
      return true;
    } catch (error) {
      if ((error as Problem).final) this.attempt = newId();
      this.wrong = problemText(error as Problem, this.text);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("fenbo-cases", FenboCases);
