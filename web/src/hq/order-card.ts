import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { HqMoneyApi } from "../api/hq-money.ts";
import { HqPaymentsApi, type RefundMade } from "../api/hq-payments.ts";
import type { OrderHq } from "../api/hq-types.ts";
import type { SoldLine } from "../api/types.ts";
import { newId } from "../ids.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import type { SalesText } from "../text/sales-en.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import "./cases.ts";
import type { Given } from "./refund-form.ts";
import "./refund-form.ts";
import { refundList } from "./refund-list.ts";
import type { HqStore } from "./store.ts";
import "./order-why.ts";
import { panel } from "./style.ts";

const FIELDS = ["amount", "reason", "tracking"] as const;
const LOOK_MS = 2_000; // between two looks at a refund that is on its way

/** One order: what, for whom, and what can be done with it. */
export class FenboHqOrder extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    order: {},
    news: { type: Number },
    text: { attribute: false },
    found: { state: true },
    refunds: { state: true },
    asked: { state: true },
  };
  declare store: HqStore;
  declare order: string;
  declare news: number;
  declare text: HqText;
  declare found: OrderHq | null;
  declare refunds: readonly RefundMade[];
  declare asked: boolean;
  private readonly newest = new Newest();
  private looking: ReturnType<typeof setTimeout> | undefined;
  /** The same until a refund was answered, so that pressing twice pays once. */
  private refund = newId();

  constructor() {
    super();
    this.found = null;
    this.refunds = [];
    this.asked = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 6px 14px;
        margin: 0 0 14px;
        font-size: 14px;
      }
      dt {
        color: var(--sheet-dim);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .acts {
        display: grid;
        gap: 14px;
      }
      .given {
        margin-bottom: 14px;
      }
      .given .row + .row {
        margin-top: 6px;
      }
      h3 {
        margin-bottom: 4px;
        font-size: 15px;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.looking);
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("order")) return;
    // another one: nothing of the last may be taken for it, least of all its money
    this.found = null;
    this.refunds = [];
    this.problem = null;
    this.refund = newId();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("order")) void this.attempt(() => this.look());
    else if (changed.has("news")) void this.look().catch(() => undefined); // what is shown stays
  }

  override render() {
    const { found, text } = this;
    const close = () => this.dispatchEvent(new CustomEvent("order-close"));
    return html`<section class="panel" aria-label="${text.order} ${this.order}">
      <div class="row apart">
        <h2>${text.order} <code>${this.order}</code></h2>
        <button class="act" @click=${close}>${text.sales.close}</button>
      </div>
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, text, FIELDS)}</p>
      ${found === null ? nothing : [this.facts(found), this.given(found), this.cases(), this.acts(found), this.why()]}
    </section>`;
  }

  private facts(found: OrderHq): TemplateResult {
    const { sales, language, room, roomName, owner, time, goods, amount, state } = this.text;
    const lines = found.lines.map((line) => said(line, sales)).join(", ");
    const { name, phone, address } = found.contact;
    const paid = found.payment === null ? "" : `${found.payment.provider}, ${sales.paymentStates[found.payment.state]}`;
    const rows: [string, string][] = [
      [state, room.orderStates[found.state]],
      [time, formatMoment(found.created_at, language)],
      [goods, lines],
      [amount, formatMoney(found.total, language)],
      [sales.refunded, found.refunded.minor === 0 ? "" : formatMoney(found.refunded, language)],
      [sales.payment, paid],
      [roomName, found.room_channel.name],
      [owner, found.owner_channel.name],
      [sales.buyer, `${name}, ${phone}, ${address}`],
      [sales.note, found.note],
      [this.text.cases.seen, seen(found, this.text)],
    ];
    return html`<dl>
      ${rows.filter(([, value]) => value !== "").map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
    </dl>`;
  }

  private cases(): TemplateResult {
    const again = () => this.look().catch(() => undefined);
    return html`<fenbo-hq-cases .store=${this.store} .order=${this.order} .news=${this.news} .text=${this.text} @case-acted=${again}></fenbo-hq-cases>`;
  }

  /** What was given back, and whether the provider has done it. */
  private given(found: OrderHq): TemplateResult | typeof nothing {
    if (this.refunds.length === 0) return nothing;
    const api = new HqPaymentsApi(this.store.api);
    const act = (what: () => Promise<unknown>) =>
      this.attempt(async () => {
        await what();
        await this.look();
      });
    const retry = (each: RefundMade) => act(() => api.retry(each.order, each.refund));
    const end = (each: RefundMade, how: string, why: string) => act(() => api.end(each.order, each.refund, how, why));
    const shelve = (each: RefundMade, sku: string) => act(() => api.restock(each.order, each.refund, sku));
    const acts = found.state === "cancelled" ? { retry, end } : { retry, end, shelve }; // its goods are free already
    return html`<section class="given" aria-label=${this.text.payments.refunds}><h3>${this.text.payments.refunds}</h3>${refundList(this.refunds, this.text, acts, false)}</section>`;
  }

  /** Looked at again while a provider is still at one of them. */
  private async findRefunds(): Promise<void> {
    clearTimeout(this.looking);
    const order = this.order;
    const some = this.found !== null && this.found.refunded.minor > 0;
    const refunds = some ? await new HqPaymentsApi(this.store.api).refunds(order) : [];
    if (order !== this.order) return;
    this.refunds = refunds;
    if (this.isConnected && refunds.some((each) => each.state === "waiting"))
      this.looking = setTimeout(() => this.findRefunds().catch(() => undefined), LOOK_MS);
  }

  private acts(found: OrderHq): TemplateResult {
    const { sales } = this.text;
    const { api } = this.store;
    const left = found.payment?.state === "paid" && found.refunded.minor < found.total.minor;
    return html`<div class="acts">
      ${
        found.state === "paid"
          ? html`<form @submit=${(event: SubmitEvent) => this.ship(event)}>
              ${field({ label: sales.tracking, name: "tracking", wrong: this.wrongAt("tracking") })}
              <button class="act main">${sales.ship}</button>
            </form>`
          : nothing
      }
      ${
        found.state === "shipped"
          ? html`<button class="act main" @click=${() => this.act(() => api.receiveOrder(this.order))}>${sales.receive}</button>`
          : nothing
      }
      ${
        found.state === "created"
          ? html`<button class="act hard" @click=${() => this.act(() => api.cancelOrder(this.order))}>${sales.cancelOrder}</button>`
          : nothing
      }
      ${left ? this.refundForm(found) : nothing}
    </div>`;
  }

  /** Asked for when somebody wants to know. */
  private why(): TemplateResult {
    const { text, store } = this;
    return html`<details @toggle=${(event: Event) => {
      this.asked = (event.target as HTMLDetailsElement).open;
    }}>
      <summary>${text.money.why}</summary>
      ${this.asked ? html`<fenbo-order-why .store=${store} .api=${new HqMoneyApi(store.api)} .order=${this.order} .text=${text}></fenbo-order-why>` : nothing}
    </details>`;
  }

  private refundForm(found: OrderHq): TemplateResult {
    return html`<fenbo-refund-form .order=${found} .text=${this.text} .problem=${this.problem} .give=${this.giveBack}></fenbo-refund-form>`;
  }

  private async ship(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { tracking = "" } = formValues(event.target as HTMLFormElement);
    await this.act(() => this.store.api.shipOrder(this.order, tracking));
  }

  private readonly giveBack = async (make: () => Given): Promise<boolean> => {
    const { order } = this;
    const done = await this.act(async () => this.store.api.refundOrder(order, { refund: this.refund, ...make() }));
    if (done && order === this.order) this.refund = newId();
    return done;
  };

  private wrongAt(name: (typeof FIELDS)[number]): string {
    return this.problem?.at(name) ?? "";
  }

  /** Reads the order. */
  private look(): Promise<void> {
    return this.take(this.store.api.order(this.order));
  }

  /** Does something with it, and shows it as it is then. */
  private act(what: () => Promise<OrderHq>): Promise<boolean> {
    return this.attempt(async () => {
      const found = await what();
      this.newest.changed();
      await this.take(Promise.resolve(found));
    });
  }

  private async take(answer: Promise<OrderHq>): Promise<void> {
    await this.newest.take(answer, (found) => {
      if (found.order === this.order) this.found = found; // else another is open by now
    });
    await this.findRefunds();
  }
}

/** A line, and how many of it were refunded. */
function said({ product_name: product, name, quantity, refunded }: SoldLine, sales: SalesText): string {
  return `${product} ${name} × ${quantity}${refunded === 0 ? "" : ` (${sales.refundedUnits(refunded)})`}`;
}

/** What stands with the order for the day somebody asks, in one line. */
function seen({ evidence }: OrderHq, { cases, language }: HqText): string {
  if (evidence === null) return "";
  const { show_seconds: seconds, picture_at: picture, pinned } = evidence;
  const clock = seconds === null ? "" : new Date(seconds * 1000).toISOString().slice(11, 19);
  const said = [
    clock === "" ? "" : cases.showTime(clock),
    pinned.length === 0 ? cases.nothingPinned : cases.pinned(pinned.map(({ name }) => name).join(", ")),
    picture === null ? "" : cases.picture(formatMoment(picture, language)),
  ];
  return said.filter((part) => part !== "").join("; ");
}

customElements.define("fenbo-hq-order", FenboHqOrder);
