import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Problem } from "../api/problem.ts";
import type { Order, SandboxOutcome } from "../api/types.ts";
import { formatMoney } from "../money.ts";
import { problemText } from "../text/problems.ts";
import type { Text } from "../text/room.ts";
import { formatClock } from "../times.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { icons } from "../ui/icons.ts";
import "./cases.ts";
import type { RoomSession } from "./session.ts";

const ASK_MS = 1_500; // how often to ask what became of a payment

/** One order: paying for it, how that went, and whose customer one is. Says `order-done` and `order-changed` (detail: the order). */
export class FenboOrder extends LitElement {
  static override properties = {
    session: { attribute: false },
    text: { attribute: false },
    order: { attribute: false },
    ways: { state: true },
    step: { state: true },
    busy: { state: true },
    wrong: { state: true },
  };
  declare session: RoomSession;
  declare text: Text;
  declare order: Order;
  /** In which ways this order may be paid; null: not known yet. */
  declare ways: readonly string[] | null;
  /** The QR code that waits to be scanned, of that way. */
  declare step: { way: string; qr: string } | null;
  declare busy: boolean;
  declare wrong: string;
  private finding = false;
  private asking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.ways = null;
    this.step = null;
    this.busy = false;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    css`
      .head {
        display: grid;
        justify-items: center;
        gap: 4px;
        padding: 4px 0 16px;
        text-align: center;
      }
      .sign {
        display: grid;
        place-items: center;
        width: 52px;
        height: 52px;
        border-radius: 50%;
        color: #fff;
        background: var(--good);
      }
      .sign.bad {
        background: var(--wrong);
      }
      h3 {
        font-size: 20px;
      }
      .shop {
        margin: 0 0 14px;
        padding: 12px 14px;
        border-radius: 12px;
        background: var(--sheet-soft);
      }
      .shop b {
        display: block;
      }
      .pay {
        display: grid;
        gap: 10px;
        margin-bottom: 14px;
      }
      .pay div {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px;
      }
      .scan {
        display: grid;
        justify-items: center;
        gap: 8px;
        margin: 0;
        text-align: center;
      }
      .scan img {
        width: min(240px, 70vw);
        border-radius: 10px;
        background: #fff;
      }
      dl {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 6px 16px;
        margin: 0 0 16px;
      }
      dt {
        color: var(--sheet-dim);
        overflow-wrap: anywhere;
      }
      dd {
        margin: 0;
        text-align: end;
      }
      .sum {
        font-weight: 700;
        color: var(--sheet-text);
      }
      .done {
        width: 100%;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.asking = setInterval(() => this.ask(), ASK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.asking);
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("order") as Order | undefined;
    if (before === undefined || before.order === this.order.order) return;
    this.ways = null;
    this.step = null;
    this.finding = false;
    this.wrong = "";
  }

  override updated(): void {
    if (this.ways === null && !this.finding && this.isOpen()) void this.findWays();
  }

  override render() {
    const { text } = this;
    return html`
      ${this.head()} ${this.shop()} ${this.payment()}
      <p class="wrong" role="alert">${this.wrong}</p>
      ${this.bill()}
      ${this.order.payment?.state === "pending" ? nothing : html`<fenbo-cases .order=${this.order} .text=${text}></fenbo-cases>`}
      <button class="plain done" @click=${() => this.dispatchEvent(new CustomEvent("order-done"))}>${text.done}</button>
    `;
  }

  private head(): TemplateResult | typeof nothing {
    const { text, order } = this;
    const state = order.payment?.state;
    const say = (good: boolean, title: string, words: string) =>
      html`<div class="head" role="status">
        <span class="sign ${good ? "" : "bad"}">${good ? icons.check : icons.close}</span>
        <h3>${title}</h3>
        ${words === "" ? nothing : html`<p>${words}</p>`}
      </div>`;
    if (state === "paid") return say(true, text.thanks, text.paid);
    if (state === "failed") return say(false, text.paymentFailed, "");
    if (state === "expired" || order.state === "cancelled")
      return say(false, text.orderStates.cancelled, text.paymentExpired);
    return nothing;
  }

  private shop(): TemplateResult {
    const { text, order } = this;
    const room = order.room_channel.name;
    if (order.owner_channel.id === order.room_channel.id) return html`<p class="shop">${text.orderedIn(room)}</p>`;
    return html`<p class="shop"><b>${text.yourShop(order.owner_channel.name)}</b>${text.yourShopWhy(room)}</p>`;
  }

  private payment(): TemplateResult | typeof nothing {
    const { text, order, busy } = this;
    const payment = order.payment;
    if (payment === null || payment.state !== "pending" || order.state !== "created") return nothing;
    const until = payment.expires_at === null ? "" : text.payUntil(formatClock(payment.expires_at, text.language));
    if (this.ways === null) return html`<p role="status">${text.paying} ${until}</p>`;
    if (!this.ways.includes("sandbox")) return this.choices(payment.payment, this.ways, until);
    const choice = (outcome: SandboxOutcome, label: string, kind: string) =>
      html`<button class=${kind} ?disabled=${busy} @click=${() => this.pay(payment.payment, outcome)}>${label}</button>`;
    return html`<div class="pay">
      <p class="hint">${text.sandbox} ${until}</p>
      ${choice("pay", `${text.sandboxPay} ${formatMoney(order.total, text.language)}`, "fill")}
      <div>${choice("fail", text.sandboxFail, "plain")} ${choice("timeout", text.sandboxTimeout, "plain")}</div>
    </div>`;
  }

  /** One tap is the way and the payment. */
  private choices(payment: string, ways: readonly string[], until: string): TemplateResult {
    const { text, order, busy, step } = this;
    const amount = formatMoney(order.total, text.language);
    const others = ways.filter((way) => way !== step?.way);
    if (ways.length === 0) return html`<p class="wrong" role="alert">${text.noWays}</p>`;
    return html`<div class="pay">
      ${step === null ? html`<p class="hint">${until}</p>` : this.scan(step, `${text.paying} ${until}`)}
      ${others.map(
        (way, at) =>
          html`<button class=${at === 0 && step === null ? "fill" : "plain"} ?disabled=${busy} @click=${() => this.begin(payment, way)}>
            ${text.payWith(amount, text.ways[way] ?? way)}
          </button>`,
      )}
    </div>`;
  }

  private scan(step: { way: string; qr: string }, status: string): TemplateResult {
    const words = this.text.scan(this.text.ways[step.way] ?? step.way);
    return html`<figure class="scan">
      <img alt=${words} src="data:image/svg+xml,${encodeURIComponent(step.qr)}" />
      <figcaption>${words}<br /><span class="hint">${this.text.scanHint}</span></figcaption>
      <p role="status">${status}</p>
    </figure>`;
  }

  private bill(): TemplateResult {
    const { text, order } = this;
    return html`<dl>
      ${order.lines.map(
        (line) =>
          html`<dt>${line.product_name}${line.name === line.product_name ? "" : ` · ${line.name}`} × ${line.quantity}${line.refunded === 0 ? nothing : html`<br /><span class="hint">${text.refundedUnits(line.refunded)}</span>`}</dt>
            <dd class="tabular">${formatMoney(line.amount, text.language)}</dd>`,
      )}
      <dt class="sum">${text.total}</dt>
      <dd class="sum tabular">${formatMoney(order.total, text.language)}</dd>
      ${
        order.refunded.minor === 0
          ? nothing
          : html`<dt>${text.refunded}</dt><dd class="tabular">${formatMoney(order.refunded, text.language)}</dd>`
      }
      <dt>${text.orderNumber}</dt>
      <dd>${order.order}</dd>
      <dt>${text.orderState}</dt>
      <dd>${text.orderStates[order.state]}</dd>
    </dl>`;
  }

  private isOpen(): boolean {
    return this.order.payment?.state === "pending" && this.order.state === "created";
  }

  private async findWays(): Promise<void> {
    this.finding = true;
    const payment = this.order.payment?.payment ?? "";
    try {
      const ways = await this.session.api.ways(payment);
      if (payment === this.order.payment?.payment) this.ways = ways;
    } catch {
      // asked again a moment later
    }
  }

  private pay(payment: string, outcome: SandboxOutcome): Promise<void> {
    return this.attempt(async () => this.became(await this.session.api.paySandbox(payment, outcome)));
  }

  private begin(payment: string, way: string): Promise<void> {
    return this.attempt(async () => {
      const { kind, url, qr } = await this.session.api.beginPayment(payment, way);
      if (payment !== this.order.payment?.payment) return; // another order is open by now
      if (kind === "redirect" && url !== null) location.assign(url);
      this.step = kind === "qr" && qr !== null ? { way, qr } : null;
      if (kind === "paid") await this.ask();
    });
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.wrong = "";
    try {
      await act();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    } finally {
      this.busy = false;
    }
  }

  /** The provider's word comes to the server, not to us. */
  private async ask(): Promise<void> {
    if (!this.isOpen()) return;
    if (this.ways === null) void this.findWays();
    try {
      this.became(await this.session.api.order(this.order.order));
    } catch {
      // asked again a moment later
    }
  }

  private became(order: Order): void {
    if (order.order !== this.order.order) return;
    this.dispatchEvent(new CustomEvent("order-changed", { detail: order }));
  }
}

customElements.define("fenbo-order", FenboOrder);
