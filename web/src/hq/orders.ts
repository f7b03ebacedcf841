import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Channel, OrderPage } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { Order, OrderState } from "../api/types.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import "./cases.ts";
import "./order-card.ts";
import { orderTable, orderTableStyle } from "./order-table.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const STATES: readonly OrderState[] = ["created", "paid", "shipped", "received", "finished", "cancelled", "refunded"];

/** All orders, by channel and state. New ones appear by themselves while the first page is shown. */
export class FenboHqOrders extends LitElement {
  static override properties = {
    store: { attribute: false },
    channels: { attribute: false },
    news: { type: Number },
    text: { attribute: false },
    channel: { state: true },
    room: { state: true },
    state: { state: true },
    orders: { state: true },
    cursor: { state: true },
    wrong: { state: true },
    opened: { state: true },
  };
  declare store: HqStore;
  declare channels: readonly Channel[];
  declare news: number;
  declare text: HqText;
  declare channel: string;
  /** The room where it was placed, by its slug. */
  declare room: string;
  declare state: string;
  declare orders: readonly Order[] | null;
  declare cursor: string | null;
  declare wrong: string;
  declare opened: string;
  private pages = 0;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.channel = "";
    this.room = "";
    this.state = "";
    this.orders = null;
    this.cursor = null;
    this.wrong = "";
    this.opened = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    orderTableStyle,
    css`
      .waiting,
      fenbo-hq-order {
        display: block;
        margin-bottom: 16px;
      }
      fenbo-hq-order {
        scroll-margin-top: 120px; /* the page's head stays on top */
      }
      a.act {
        text-decoration: none;
        align-self: end;
        min-height: 44px;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    const filtered = changed.has("channel") || changed.has("room") || changed.has("state");
    if (filtered) this.pages = 0;
    if (filtered || (changed.has("news") && this.pages <= 1)) void this.load(null);
  }

  override render() {
    const { text } = this;
    return html`${this.opened === "" ? nothing : this.card()}
    <fenbo-hq-cases class="waiting" .store=${this.store} .order=${""} .news=${this.news} .text=${text}></fenbo-hq-cases>
    <section class="panel" aria-label=${text.tabs.orders}>
      <div class="row">
        ${this.choice(text.channel, text.allChannels, this.channel, this.channelChoices(), (value) => {
          this.channel = value;
        })}
        ${this.choice(text.roomName, text.cases.allRooms, this.room, this.roomChoices(), (value) => {
          this.room = value;
        })}
        ${this.choice(text.state, text.allStates, this.state, this.stateChoices(), (value) => {
          this.state = value;
        })}
        <a class="act" href="/api/v1/hq/orders.csv?${this.query()}" download>${text.sales.exportOrders}</a>
      </div>
      <p class="wrong" role="alert">${this.wrong}</p>
      ${this.orders === null ? html`<p class="dim">${text.loading}</p>` : orderTable(this.orders, text, (order) => this.open(order))}
      ${this.cursor === null ? nothing : html`<p><button class="act" @click=${() => this.load(this.cursor)}>${text.more}</button></p>`}
    </section>`;
  }

  private card(): TemplateResult {
    const close = () => void this.open("");
    return html`<fenbo-hq-order .store=${this.store} .order=${this.opened} .news=${this.news} .text=${this.text} @order-close=${close}></fenbo-hq-order>`;
  }

  /** The card stands above the list: on a phone it has to be brought there. */
  private async open(order: string): Promise<void> {
    this.opened = order;
    if (order === "") return;
    await this.updateComplete;
    this.renderRoot.querySelector("fenbo-hq-order")?.scrollIntoView({ block: "start" });
  }

  private query(): URLSearchParams {
    const chosen = { channel: this.channel, room: this.room, state: this.state };
    return new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ""));
  }

  private channelChoices(): [string, string][] {
    return this.channels.map((channel) => [channel.channel, channel.name]);
  }

  private roomChoices(): [string, string][] {
    return this.channels.map((channel) => [channel.room, channel.name]);
  }

  private stateChoices(): [string, string][] {
    return STATES.map((state) => [state, this.text.room.orderStates[state]]);
  }

  private choice(
    label: string,
    all: string,
    value: string,
    choices: [string, string][],
    choose: (value: string) => void,
  ): TemplateResult {
    return html`<label
      >${label}<select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${value === ""}>${all}</option>
        ${choices.map(([id, name]) => html`<option value=${id} ?selected=${value === id}>${name}</option>`)}
      </select></label
    >`;
  }

  private async load(cursor: string | null): Promise<void> {
    const { channel, room, state } = this;
    // chosen otherwise meanwhile, begun anew, asked twice, or news while somebody reads on
    const old = () =>
      channel !== this.channel ||
      room !== this.room ||
      state !== this.state ||
      (cursor === null ? this.pages > 1 : cursor !== this.cursor);
    const show = (page: OrderPage) => {
      if (old()) return;
      this.orders = cursor === null ? page.orders : [...(this.orders ?? []), ...page.orders];
      this.pages = cursor === null ? 1 : this.pages + 1;
      this.cursor = page.cursor;
      this.wrong = "";
    };
    try {
      await this.newest.take(this.store.api.orders({ channel, room, state, cursor }), show);
    } catch (error) {
      if (!old()) this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-hq-orders", FenboHqOrders);
