import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { type Customer, type Desk, DeskApi, type DeskOrder } from "../api/desk-api.ts";
import { DeskTalkApi } from "../api/desk-talk.ts";
import { HqApi } from "../api/hq-api.ts";
import type { Link } from "../api/hq-types.ts";
import { type Change, InvitationsApi } from "../api/joining-api.ts";
import { LinksApi } from "../api/links-api.ts";
import { PayeesApi } from "../api/payees-api.ts";
import { ask, type Problem } from "../api/problem.ts";
import { StaffApi } from "../api/staff-api.ts";
import "../hq/copy.ts";
import "../hq/login.ts";
import "./disputes.ts";
import "./notices.ts";
import { panel } from "../hq/style.ts";
import "./room-goods.ts";
import "./staff.ts";
import "./talk.ts";
import { formatMoney } from "../money.ts";
import { drawer } from "../room/storage.ts";
import { type DeskText, deskEn, deskZh } from "../text/desk.ts";
import { hqEn } from "../text/hq-en.ts";
import { hqZh } from "../text/hq-zh.ts";
import { chooseLanguage, chosenLanguage, type Language, pickLanguage } from "../text/language.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { COLOURS, chartStyle, wholeBar } from "../ui/chart.ts";
import { Newest } from "../ui/newest.ts";
import { themeStyle } from "../ui/theme.ts";
import "../ui/invitations.ts";
import "../ui/links.ts";
import "../ui/payee.ts";
import "../ui/sharers.ts";
import "./desk-customers.ts";
import "./desk-statement.ts";

const ACCENT = "#0f6b5c";
const REFRESH_MS = 5_000;
/** In the order in which money comes closer. */
const STATES = ["estimated", "frozen", "matured", "payable", "paying", "paid", "held"];

/** A partner's desk: figures, what he earns by state, his orders with the reason, his customers, his statement. */
export class FenboDesk extends LitElement {
  static override properties = {
    language: { state: true },
    desk: { state: true },
    orders: { state: true },
    customers: { state: true },
    reasons: { state: true },
    known: { state: true },
    assists: { state: true },
    owns: { state: true },
    more: { state: true },
    link: { state: true },
    unshared: { state: true },
  };
  declare language: Language;
  declare desk: Desk | null;
  declare orders: readonly DeskOrder[];
  declare customers: readonly Customer[];
  declare reasons: ReadonlyMap<string, readonly string[]>;
  declare known: boolean;
  /** Logged in as an assistant, who has the room's talk and nothing else. */
  declare assists: boolean;
  /** Whether it is his own channel: the statement and the customers are his to take away. */
  declare owns: boolean;
  /** Of which lists there is more than is shown. */
  declare more: { orders: boolean; customers: boolean };
  private pages = { orders: 1, customers: 1 };
  declare link: Link | null;
  /** Why no link was made. */
  declare unshared: string;
  private readonly api = new DeskApi();
  private readonly session = new HqApi();
  private readonly change: Change = async (method, path, body) =>
    ask(`/api/v1/desk${path}`, { method, body, headers: { "X-CSRF-Token": (await this.session.me()).csrf } });
  private readonly invitations = new InvitationsApi(this.change);
  private readonly links = new LinksApi("/api/v1/desk/links", ({ code }) => this.change("DELETE", `/links/${code}`));
  private readonly payees = new PayeesApi("/api/v1/desk/payee", (method, body) => this.change(method, "/payee", body));
  private readonly staff = new StaffApi(this.change);
  private readonly talk = new DeskTalkApi(this.change);
  private readonly newest = new Newest();
  /** Counts logouts: what was asked before one is shown to nobody. */
  private visit = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.language = pickLanguage(chosenLanguage(drawer("localStorage")), navigator.languages, "");
    this.desk = null;
    this.orders = [];
    this.customers = [];
    this.reasons = new Map();
    this.known = false;
    this.assists = false;
    this.owns = false;
    this.more = { orders: false, customers: false };
    this.link = null;
    this.unshared = "";
  }

  static override styles = [
    base,
    panel,
    chartStyle,
    css`
      :host {
        display: block;
        min-height: 100dvh;
        color: #16181d;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 10px 16px;
        background: var(--sheet);
        border-bottom: 1px solid var(--sheet-line);
      }
      h1 {
        flex: 1;
        min-width: 0;
        font-size: 17px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      main {
        display: grid;
        gap: 12px;
        max-width: 900px;
        margin: 0 auto;
        padding: 12px;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
        gap: 12px;
      }
      .figure strong {
        display: block;
        font-size: 24px;
      }
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
      }
      .reasons {
        margin-top: 6px;
        padding: 8px 12px;
        border-radius: 9px;
        background: var(--sheet-soft);
      }
      .kit {
        margin-top: 10px;
      }
      .row + .row,
      fenbo-desk-statement + .row,
      figure + .row {
        margin-top: 8px;
      }
      a.act {
        text-decoration: none;
      }
      .owed {
        margin-top: 8px;
      }
      .owed,
      .wrong {
        color: var(--wrong);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.refresh().finally(() => {
      this.known = true;
    });
    this.timer = setInterval(() => (this.desk !== null || this.assists) && this.refresh(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    clearInterval(this.timer);
    super.disconnectedCallback();
  }

  private get text(): DeskText {
    return this.language === "zh" ? deskZh : deskEn;
  }

  private async refresh(): Promise<void> {
    const { visit } = this;
    if (this.desk === null) {
      const me = await this.session.me().catch(() => null);
      if (visit !== this.visit) return;
      this.assists = me?.role === "channel_assistant";
      this.owns = me?.role === "channel_owner";
      if (this.assists) return;
    }
    const { orders: orderPages, customers: customerPages } = this.pages;
    const asked = Promise.all([this.api.desk(), this.api.orders(orderPages), this.api.customers(customerPages)]);
    const show = ([desk, { all: orders, more: moreOrders }, { all: customers, more: moreCustomers }]: Awaited<
      typeof asked
    >) => {
      if (visit === this.visit)
        Object.assign(this, { desk, orders, customers, more: { orders: moreOrders, customers: moreCustomers } });
    };
    await this.newest.take(asked, show).catch((error: Problem) => {
      // a server that is away for a moment takes nothing off the page, nor what is typed there
      if (visit === this.visit && (error.status === 401 || error.status === 403)) this.desk = null;
    });
  }

  override render() {
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    document.title = `${this.text.title} · Fenbo`;
    const page = this.desk !== null ? this.inside(this.desk) : this.assists ? this.roomOnly() : this.door();
    return html`<div style=${themeStyle(ACCENT)}>${page}</div>`;
  }

  private door() {
    if (!this.known) return nothing;
    const text = { ...(this.language === "zh" ? hqZh : hqEn), title: this.text.title };
    return html`<fenbo-login .api=${this.session} .text=${text} @login-done=${this.entered}></fenbo-login>`;
  }

  private async entered(): Promise<void> {
    await this.refresh();
  }

  private head(title: string): TemplateResult {
    return html`<header>
      <h1>${title}</h1>
      <button class="act" @click=${this.turn}>${this.language === "zh" ? "English" : "中文"}</button>
      <button class="act" @click=${this.leave}>${this.text.out}</button>
    </header>`;
  }

  private roomOnly(): TemplateResult {
    return html`${this.head(this.text.title)}
      <main>${this.keeping(true)}</main>`;
  }

  private keeping(open: boolean): TemplateResult {
    const text = this.language === "zh" ? hqZh : hqEn;
    return html`<fenbo-desk-talk .api=${this.talk} .text=${text} ?open=${open}></fenbo-desk-talk>`;
  }

  private inside(desk: Desk): TemplateResult {
    const { text } = this;
    return html`${this.head(`${desk.channel.name} · ${desk.merchant}`)}
      <main>
        <section class="figures">
          ${this.figure(text.watching, String(desk.viewers))}
          ${this.figure(text.customers, String(desk.customers), `+${desk.customers_new} ${text.fresh}`)}
          ${this.figure(text.orders, String(desk.orders))}
          ${this.figure(text.paid, formatMoney(desk.paid, this.language))}
        </section>
        <fenbo-notices .api=${this.api} .language=${this.language} .csrf=${async () => (await this.session.me()).csrf}></fenbo-notices>
        ${this.earned(desk)}
        ${this.owns ? html`<fenbo-payee .api=${this.payees} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-payee>` : nothing}
        <section class="panel">
          <h2>${text.room}</h2>
          <fenbo-copy value=${desk.room_url} what=${text.room} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-copy>
          ${this.shareKit()}
        </section>
        ${this.keeping(false)}
        <fenbo-room-goods .api=${this.api} .session=${this.session} .text=${text}></fenbo-room-goods>
        <section class="panel">
          <h2>${text.orders}</h2>
          ${this.orders.length === 0 ? html`<p class="dim">${text.none}</p>` : nothing}
          <ul>${this.orders.map((order) => this.order(order))}</ul>
          ${this.showMore("orders")}
        </section>
        <fenbo-links .api=${this.links} .latest=${this.link?.code ?? ""} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-links>
        <fenbo-sharers side="desk" .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-sharers>
        <fenbo-desk-disputes .api=${this.api} .language=${this.language} .csrf=${async () => (await this.session.me()).csrf}></fenbo-desk-disputes>
        <fenbo-invitations .api=${this.invitations} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-invitations>
        <fenbo-staff .api=${this.staff} .customers=${this.customers} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-staff>
        <fenbo-desk-customers
          .api=${this.api}
          .csrf=${async () => (await this.session.me()).csrf}
          .customers=${this.customers}
          .owns=${this.owns}
          .text=${text}
          .language=${this.language}
        ></fenbo-desk-customers>
        ${this.showMore("customers")}
      </main>`;
  }

  private showMore(list: "orders" | "customers"): TemplateResult | typeof nothing {
    if (!this.more[list]) return nothing;
    const next = () => {
      this.pages = { ...this.pages, [list]: this.pages[list] + 1 };
      void this.refresh();
    };
    const { more } = this.language === "zh" ? hqZh : hqEn;
    return html`<p><button class="act" data-more=${list} @click=${next}>${more}</button></p>`;
  }

  private shareKit() {
    const { text, link } = this;
    if (link === null)
      return html`<p class="row"><button class="act" @click=${this.share}>${text.share}</button> <span class="wrong" role="alert">${this.unshared}</span></p>`;
    return html`<div class="row kit">
      <img src="/s/${link.code}/qr.svg" width="140" height="140" alt="QR" />
      <a class="act" href="/s/${link.code}/poster.png" download>${text.poster}</a>
      <fenbo-copy value=${link.url} what=${text.share} .text=${this.language === "zh" ? hqZh : hqEn}></fenbo-copy>
    </div>`;
  }

  private async share(): Promise<void> {
    this.unshared = "";
    try {
      this.link = await this.api.link((await this.session.me()).csrf);
    } catch (error) {
      this.unshared = problemText(error as Problem, this.language === "zh" ? hqZh : hqEn);
    }
  }

  private figure(label: string, value: string, more = "") {
    return html`<div class="panel figure">
      <span class="dim small">${label}</span><strong class="tabular">${value}</strong><span class="dim small">${more}</span>
    </div>`;
  }

  private earned(desk: Desk) {
    const { text } = this;
    const parts = STATES.flatMap((state, at) => {
      const money = desk.earned[state];
      if (money === undefined || money.minor <= 0) return [];
      const name = text.states[state] ?? state;
      return [
        {
          name,
          value: money.minor,
          shown: formatMoney(money, this.language),
          colour: COLOURS[at % COLOURS.length] ?? "",
        },
      ];
    });
    return html`<section class="panel">
      <h2>${text.earned}</h2>
      ${parts.length === 0 ? html`<p class="dim">${text.none}</p>` : wholeBar(parts, text.earned)}
      ${desk.owed.minor > 0 ? html`<p class="owed small">${formatMoney(desk.owed, this.language)} · ${text.owed}</p>` : nothing}
      ${this.owns ? html`<fenbo-desk-statement .api=${this.api} .text=${text} .language=${this.language}></fenbo-desk-statement>` : nothing}
      <p class="row"><a class="act" href="/verify">${text.check}</a></p>
    </section>`;
  }

  private order(order: DeskOrder) {
    const { text } = this;
    const reasons = this.reasons.get(order.order);
    const back = order.refunded.minor > 0 ? ` · ${text.refunded} ${formatMoney(order.refunded, this.language)}` : "";
    return html`<li>
      <div class="row apart">
        <span>${order.buyer} · ${text.orderStates[order.state] ?? order.state}${back}</span>
        <strong class="tabular">${formatMoney(order.total, this.language)}</strong>
      </div>
      <div class="row apart">
        <span class="dim small">${new Date(order.created_at).toLocaleString(this.language)} · ${order.room_channel?.name ?? text.elsewhere}<br />${order.order}</span>
        <button class="act" aria-expanded=${reasons !== undefined} @click=${() => this.why(order.order)}>${text.why}</button>
      </div>
      ${reasons === undefined ? nothing : html`<div class="reasons small">${reasons.map((each) => html`<p>${each}</p>`)}</div>`}
    </li>`;
  }

  private async why(order: string): Promise<void> {
    if (this.reasons.has(order)) {
      this.reasons = new Map([...this.reasons].filter(([each]) => each !== order));
      return;
    }
    const { language } = this;
    const { words } = await this.api.why(order, language).catch((error: Problem) => ({
      words: [problemText(error, language === "zh" ? hqZh : hqEn)],
    }));
    if (language === this.language) this.reasons = new Map(this.reasons).set(order, words);
  }

  private turn(): void {
    this.language = this.language === "zh" ? "en" : "zh";
    this.reasons = new Map();
    chooseLanguage(drawer("localStorage"), this.language);
  }

  private async leave(): Promise<void> {
    await this.session.me().catch(() => undefined);
    await this.session.logout().catch(() => undefined);
    this.visit++;
    this.pages = { orders: 1, customers: 1 };
    Object.assign(this, { desk: null, assists: false, orders: [], customers: [], link: null });
    this.reasons = new Map();
  }
}

customElements.define("fenbo-desk", FenboDesk);
