import { html, nothing, type TemplateResult } from "lit";
import type { Settlement } from "../api/hq-money.ts";
import type { SheetMistake } from "../api/hq-types.ts";
import { formatMoney } from "../money.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { panel } from "./style.ts";

const PAYEE_FRESH_MS = 7 * 86_400_000;

/** Settlements: prepare a period, review, approve; payouts out as CSV and in again; what failed or came back is tried again. */
export class FenboMoneySettle extends MoneyPart {
  static override properties = {
    ...MoneyPart.properties,
    settlements: { state: true },
    more: { state: true },
    shown: { state: true },
    fourEyes: { state: true },
    done: { state: true },
    asking: { state: true },
    doubted: { state: true },
    returned: { state: true },
    mistakes: { state: true },
  };
  declare settlements: readonly Settlement[] | null;
  /** Whether there are more than are shown. */
  declare more: boolean;
  /** Those in which state; "": in any. */
  declare shown: string;
  declare fourEyes: boolean;
  declare done: string;
  /** Whether he is asked if he means all of them. */
  declare asking: boolean;
  /** Whose hold was sent last. */
  declare doubted: string;
  /** Of which settlement it was said last that its payout came back. */
  declare returned: string;
  /** Rows of the sheet that were not taken. */
  declare mistakes: readonly SheetMistake[];
  private pages = 1;

  constructor() {
    super();
    this.settlements = null;
    this.more = false;
    this.shown = "";
    this.fourEyes = false;
    this.done = "";
    this.asking = false;
    this.doubted = "";
    this.returned = "";
    this.mistakes = [];
  }

  static override styles = [base, formStyle, panel, moneyStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      const now = Date.now();
      const plans = await this.api.plans();
      const inForce = plans.find(({ effective_at }) => effective_at !== null && Date.parse(effective_at) <= now);
      this.fourEyes = inForce?.plan.four_eyes ?? false;
      await this.look();
    });
  }

  private async look(): Promise<void> {
    const { all, more } = await this.api.settlements(this.shown, this.pages);
    Object.assign(this, { settlements: all, more });
  }

  private readonly choose = (event: Event) => {
    this.shown = (event.target as HTMLSelectElement).value;
    this.pages = 1;
    void this.attempt(() => this.look());
  };

  private readonly showMore = () => {
    this.pages += 1;
    void this.attempt(() => this.look());
  };

  override render() {
    const { money } = this.text;
    return html`<section class="panel" aria-label=${money.settlements}>
      <h2>${money.settlements}</h2>
      <form class="row" @submit=${this.prepare}>
        ${field({ label: money.until, name: "until", type: "date", value: today(), wrong: this.wrongAt("until"), required: true })}
        <button class="act main">${money.prepare}</button>
      </form>
      <p class="hint">${money.settleHint}${this.fourEyes ? ` ${money.fourEyesHint}` : ""}</p>
      <p role="status">${this.done}</p>
      <p class="wrong" role="alert">${this.besides(["until", "reason", "reference"])}</p>
      ${this.all()} ${this.which()} ${this.table()}
      ${this.more ? html`<p><button class="act" @click=${this.showMore}>${this.text.more}</button></p>` : nothing}
      ${this.sheet()}
    </section>`;
  }

  /** More than one, of which he may approve at least one. */
  private all(): TemplateResult | typeof nothing {
    const { money, cancel } = this.text;
    const waiting = (this.settlements ?? []).filter((each) => each.state === "prepared");
    if (waiting.length < 2 || waiting.every((each) => this.isOwn(each))) return nothing;
    const ask = (asking: boolean) => () => {
      this.asking = asking;
    };
    if (!this.asking) return html`<p><button class="act" @click=${ask(true)}>${money.approveAll}</button></p>`;
    return html`<p class="row note" role="alert">
      <span>${money.approveAllSure}</span>
      <button class="act main" @click=${this.approveAll}>${money.approveAllYes}</button>
      <button class="act" @click=${ask(false)}>${cancel}</button>
    </p>`;
  }

  private async approveAll(): Promise<void> {
    this.asking = false;
    await this.do(async () => {
      const { approved, left, others } = await this.api.approveAll();
      return this.text.money.approvedAll(approved, left, others);
    });
  }

  private isOwn(each: Settlement): boolean {
    return this.fourEyes && each.prepared_by === this.store.me?.user;
  }

  /** Of thousands one wants those that failed. */
  private which(): TemplateResult | typeof nothing {
    const { money } = this.text;
    if (this.shown === "" && (this.settlements ?? []).length === 0) return nothing;
    return html`<label class="which">${money.inState}<select @change=${this.choose}>
      <option value="">${money.anyState}</option>
      ${Object.entries(money.settlementStates).map(([state, name]) => html`<option value=${state} ?selected=${state === this.shown}>${name}</option>`)}
    </select></label>`;
  }

  private table(): TemplateResult | typeof nothing {
    const { money } = this.text;
    if (this.settlements === null) return nothing;
    if (this.settlements.length === 0) return html`<p class="dim">${money.noSettlements}</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${money.settlements}><table>
      <thead><tr><th>${money.party}</th><th class="number">${money.toPay}</th><th class="number">${money.gross}</th><th class="number">${money.netted}</th>
        <th>${money.upTo}</th><th>${money.people}</th></tr></thead>
      <tbody>${this.settlements.map((each) => this.row(each))}</tbody>
    </table></div>`;
  }

  private row(each: Settlement): TemplateResult {
    const { money, language } = this.text;
    const sum = (minor: number) => formatMoney({ minor, currency: each.gross.currency }, language);
    const tone = each.state === "paid" ? "good" : each.state === "failed" ? "warn" : "";
    const sentBack = each.state === "failed" && each.payout_state === "returned";
    const state = sentBack ? money.sentBack : money.settlementStates[each.state];
    return html`<tr data-settlement=${each.settlement}>
      <td class="who">${this.partyName(each.party)}${this.payee(each)}<br /><span class="tag ${tone}">${state}</span> ${this.act(each)}</td>
      <td class="number"><strong>${sum(each.gross.minor - each.netted.minor)}</strong></td>
      <td class="number">${sum(each.gross.minor)}</td>
      <td class="number">${each.netted.minor === 0 ? "" : sum(-each.netted.minor)}</td>
      <td>${new Date(each.period_end).toLocaleDateString(language)}</td>
      <td class="small">${each.prepared_by}${each.approved_by === "" ? "" : ` → ${each.approved_by}`}<br /><span class="dim">${each.reference ?? ""}</span></td>
    </tr>`;
  }

  /** Whoever pays has to know where to, and whether somebody changed it a moment ago. */
  private payee({ payee, state }: Settlement): TemplateResult | typeof nothing {
    const { money, language } = this.text;
    if (state === "paid") return nothing;
    if (payee === null) return html`<br /><span class="small dim">${money.noPayee}</span>`;
    const fresh = Date.now() - Date.parse(payee.changed_at) < PAYEE_FRESH_MS;
    const since = money.payeeSince(new Date(payee.changed_at).toLocaleDateString(language));
    return html`<br /><span class="small tabular">${payee.account}</span> <span class="small ${fresh ? "tag warn" : "dim"}">${since}</span>`;
  }

  private act(each: Settlement): TemplateResult | typeof nothing {
    const { money } = this.text;
    const named = (words: string) => `${words}: ${this.partyName(each.party)}`;
    if (each.state === "prepared") {
      const own = this.isOwn(each);
      const approve = () => this.do(async () => money.approved((await this.api.approve(each.settlement)).state));
      return html`<button class="act main" aria-label=${named(money.approve)} title=${own ? money.fourEyesHint : nothing} ?disabled=${own} @click=${approve}>${money.approve}</button>
        ${each.gross.minor === 0 ? nothing : this.holding(each)}`;
    }
    const { payout } = each;
    if (each.payout_state === "confirmed" && payout !== null) return this.returning(each, payout);
    if (each.state !== "failed" || payout === null) return nothing;
    const retry = () => this.do(async () => money.retried((await this.api.retry(payout)).state));
    return html`<button class="act" aria-label=${named(money.retry)} @click=${retry}>${money.retry}</button>`;
  }

  /** Whoever reviews and doubts has it wait instead. */
  private holding(each: Settlement): TemplateResult {
    const { money, sales } = this.text;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { reason = "" } = formValues(event.target as HTMLFormElement);
      this.doubted = each.settlement;
      await this.do(async () => money.partyHeld((await this.api.holdParty(each.party, true, reason)).lines));
    };
    return html`<details><summary aria-label=${`${money.holdParty}: ${this.partyName(each.party)}`}>${money.holdParty}</summary>
      <form novalidate @submit=${submit}>
        <p class="small">${money.holdPartyHint}</p>
        ${field({ label: sales.reason, name: "reason", wrong: this.doubted === each.settlement ? this.wrongAt("reason") : "" })}
        <p><button class="act hard">${money.holdParty}</button></p>
      </form>
    </details>`;
  }

  /** Which the bank may do long after it was paid: the account is closed, or the name is another's. */
  private returning(each: Settlement, payout: string): TemplateResult {
    const { money } = this.text;
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const { reference = "" } = formValues(event.target as HTMLFormElement);
      this.returned = each.settlement;
      await this.do(async () => {
        await this.api.cameBack(payout, each.attempt ?? 1, reference);
        return money.cameBackDone;
      });
    };
    return html`<details><summary aria-label=${`${money.cameBack}: ${this.partyName(each.party)}`}>${money.cameBack}</summary>
      <form novalidate @submit=${submit}>
        <p class="small">${money.cameBackHint}</p>
        ${field({ label: money.bankReference, name: "reference", wrong: this.returned === each.settlement ? this.wrongAt("reference") : "" })}
        <p><button class="act hard">${money.cameBack}</button></p>
      </form>
    </details>`;
  }

  private sheet(): TemplateResult {
    const { money, sales } = this.text;
    return html`<h3>${money.payouts}</h3>
      <p class="hint">${money.payoutsHint}</p>
      <div class="row">
        <button class="act main" @click=${this.begin}>${money.payoutsBegin}</button>
        <a class="act" href="/api/v1/hq/payouts.csv" download="payouts.csv">${money.payoutsOut}</a>
        <form><label>${money.payoutsIn}<input type="file" accept=".csv,text/csv" @change=${this.chosen} /></label></form>
      </div>
      ${
        this.mistakes.length === 0
          ? nothing
          : html`<p class="wrong">${money.notTaken(this.mistakes.length)}</p>
            <ul class="wrong" role="alert">${this.mistakes.map(({ line, column, detail }) => html`<li>${sales.sheetWrong(line, column)}: ${detail}</li>`)}</ul>`
      }`;
  }

  private async begin(): Promise<void> {
    await this.do(async () => {
      const { begun, sending } = await this.api.beginPayouts();
      return this.text.money.payoutsBegun(begun, sending.length);
    });
  }

  private async prepare(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { until = "" } = formValues(event.target as HTMLFormElement);
    await this.do(async () => this.text.money.prepared((await this.api.settle(until)).settlements));
  }

  private async chosen(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file === undefined) return;
    const sheet = await file.text();
    this.mistakes = [];
    await this.do(async () => {
      const { recorded, mistakes } = await this.api.readSheet(sheet);
      this.mistakes = mistakes;
      return this.text.money.recorded(recorded);
    });
    input.value = "";
  }

  /** Does it, says what was done, and looks again. */
  private async do(what: () => Promise<string>): Promise<void> {
    await this.attempt(async () => {
      this.done = "";
      const done = await what();
      await this.look();
      this.done = done;
    });
    this.dispatchEvent(new CustomEvent("money-moved", { bubbles: true, composed: true }));
  }
}

function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

customElements.define("fenbo-money-settle", FenboMoneySettle);
