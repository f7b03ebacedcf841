import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { RoomApi } from "../api/room-api.ts";
import type { RoomView, ShelfItem } from "../api/types.ts";
import { chooseLanguage, chosenLanguage, type Language, pickLanguage } from "../text/language.ts";
import { type Text, textIn } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { icons } from "../ui/icons.ts";
import { picture } from "../ui/picture.ts";
import { themeStyle } from "../ui/theme.ts";
import "../ui/sheet.ts";
import { closedLine } from "./closed.ts";
import "./bar.ts";
import "./cart.ts";
import "./chat.ts";
import "./checkout.ts";
import "./order.ts";
import "./orders.ts";
import "./pinned.ts";
import "./product.ts";
import "./shelf.ts";
import "./share.ts";
import type { FenboStage } from "./stage.ts";
import "./stage.ts";
import "./standing.ts";
import { pinnedItem } from "./feed.ts";
import { layout } from "./layout.ts";
import { withSales } from "./sales.ts";
import { RoomSession } from "./session.ts";
import { type Open, openForBuying, type SheetContext, sheetBody, sheetHeading } from "./sheets.ts";
import { lineStatus } from "./status.ts";
import { drawer } from "./storage.ts";

/**
 * A live room: `<fenbo-room room="slug">`, on any page of the server's own origin. It fills the box it is put in; `view` (a
 * `RoomView`) spares the first request.
 */
export class FenboRoom extends LitElement {
  static override properties = {
    room: {},
    view: { attribute: false },
    open: { state: true },
    chosen: { state: true },
    portrait: { state: true },
    whole: { attribute: false },
  };
  declare room: string;
  declare view: RoomView | null;
  declare open: Open | null;
  declare chosen: string | null;
  declare portrait: boolean;
  /** It is the whole page, so the page is in its language. */
  declare whole: boolean;
  private session: RoomSession | null = null;
  private tick: ReturnType<typeof setInterval> | undefined;

  static override styles = [base, layout];

  constructor() {
    super();
    this.room = "";
    this.view = null;
    this.open = null;
    this.chosen = chosenLanguage(drawer("localStorage"));
    this.portrait = false;
    this.whole = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = setInterval(() => this.requestUpdate(), 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  override willUpdate(changed: PropertyValues): void {
    if (this.whole) document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    if (this.session === null && this.room !== "") {
      this.session = new RoomSession(this, new RoomApi(this.room), this.view);
    }
    if (changed.has("chosen") || this.lang === "") this.lang = this.text.language;
  }

  override updated(): void {
    const session = this.session;
    if (session !== null)
      session.pictureAt = () => this.renderRoot.querySelector<FenboStage>("fenbo-stage")?.pictureAt() ?? null;
  }

  override render() {
    const session = this.session;
    const plain = session?.feed.view ?? null;
    const view = plain === null ? null : withSales(plain, Date.now(), this.text);
    if (session === null || view === null) {
      return html`<div class="frame" style=${themeStyle("")}><p class="loading" role="status">${this.text.loading}</p></div>`;
    }
    return html`<div class="frame ${this.portrait && view.show?.state === "live" ? "portrait" : ""}" style=${themeStyle(view.theme.accent)}>
      ${this.header(view)} ${this.stage(view)} ${this.chat(session, view)} ${this.shelf(view)} ${this.bar(session, view)}
      ${this.sheet(session, view)}
    </div>`;
  }

  private header(view: RoomView): TemplateResult {
    const { text } = this;
    return html`<header>
      ${picture(view.logo_url, view.name, 40)}
      <div class="who">
        <h1>${view.name}</h1>
        <p>${view.show?.title ?? view.merchant.name}</p>
      </div>
      <span class="viewers tabular" title=${text.watchingInAll(view.total_viewers)} data-viewers=${view.viewers}>
        ${icons.people}<span class="unseen">${text.watching(view.viewers)}</span><span aria-hidden="true">${view.viewers}</span>
      </span>
      <button class="tool" aria-label=${text.talk.share} @click=${() => this.show({ sheet: "share" })}>${icons.share}</button>
      <button class="tool" aria-label=${text.myOrders} @click=${() => this.show({ sheet: "orders" })}>${icons.receipt}</button>
      <button class="tool" aria-label=${text.switchLanguage} @click=${this.switchLanguage}>${text.otherLanguage}</button>
    </header>`;
  }

  private stage(view: RoomView): TemplateResult {
    return html`<main class="stage">
      <fenbo-stage
        .view=${view}
        .text=${this.text}
        @stage-portrait=${(event: CustomEvent<boolean>) => {
          this.portrait = event.detail;
        }}
      ></fenbo-stage>
    </main>`;
  }

  private chat(session: RoomSession, view: RoomView): TemplateResult {
    const { text } = this;
    const known = session.feed.viewer !== null;
    const banned = session.feed.standing?.banned != null;
    const status = banned ? "" : lineStatus(text, session.socket.state, known, Date.now());
    return html`<section class="talk" aria-label=${text.chat}>
      ${closedLine(view, this.language)}
      ${
        view.notice === ""
          ? nothing
          : html`<p class="notice"><span title=${text.notice}>${icons.horn}</span><span class="unseen">${text.notice}: </span>${view.notice}</p>`
      }
      <p class="line" role="status" ?hidden=${status === ""}>
        ${status} ${known ? html`<button @click=${() => session.socket.connect()}>${text.tryNow}</button>` : nothing}
      </p>
      <p class="line" role="status" ?hidden=${session.feed.busUp}>${text.talk.busDown}</p>
      <fenbo-standing .standing=${session.feed.standing} .api=${session.api} .text=${text}></fenbo-standing>
      <fenbo-chat
        .feed=${session.feed}
        .text=${text}
        @chat-again=${(event: CustomEvent<string>) => session.sayAgain(event.detail)}
        @chat-forget=${(event: CustomEvent<string>) => session.forget(event.detail)}
      ></fenbo-chat>
    </section>`;
  }

  private shelf(view: RoomView): TemplateResult {
    const { text } = this;
    const opened = (event: CustomEvent<ShelfItem>) => this.show({ sheet: "product", product: event.detail.product });
    const bought = (event: CustomEvent<ShelfItem>) => this.show(openForBuying(event.detail));
    const over = view.show === null || view.show.state === "ended"; // then nobody shows anything now
    return html`<fenbo-pinned .item=${over ? null : pinnedItem(view.shelf)} .text=${text} @shelf-open=${opened} @shelf-buy=${bought}></fenbo-pinned>
      <section class="goods" aria-label=${text.shelf}>
        <fenbo-shelf .shelf=${view.shelf} .text=${text} @shelf-open=${opened} @shelf-buy=${bought}></fenbo-shelf>
      </section>`;
  }

  private bar(session: RoomSession, view: RoomView): TemplateResult {
    const { feed, cart } = session;
    const carted = cart?.lines.reduce((sum, line) => sum + line.quantity, 0) ?? 0;
    return html`<fenbo-bar
      .text=${this.text}
      .goods=${view.shelf.length}
      .carted=${carted}
      .likes=${feed.likes}
      .complaint=${feed.complaint}
      .wait=${Math.max(0, Math.ceil((feed.waitUntil - Date.now()) / 1000))}
      @bar-shelf=${() => this.show({ sheet: "shelf" })}
      @bar-cart=${() => this.show({ sheet: "cart" })}
      @bar-like=${() => session.like()}
      @bar-say=${(event: CustomEvent<string>) => session.say(event.detail)}
    ></fenbo-bar>`;
  }

  private sheet(session: RoomSession, view: RoomView): TemplateResult | typeof nothing {
    if (this.open === null) return nothing;
    const { open, text } = this;
    const context: SheetContext = { open, view, text, session, show: (next) => this.show(next) };
    return html`<fenbo-sheet
      .heading=${sheetHeading(context)}
      .closeLabel=${text.close}
      @sheet-close=${() => this.show(null)}
      >${sheetBody(context)}</fenbo-sheet
    >`;
  }

  private show(open: Open | null): void {
    this.open = open;
  }

  private get text(): Text {
    return textIn(this.language);
  }

  private get language(): Language {
    return pickLanguage(
      this.chosen,
      navigator.languages,
      this.session?.feed.view?.language ?? this.view?.language ?? "",
    );
  }

  private switchLanguage(): void {
    const other: Language = this.language === "zh" ? "en" : "zh";
    chooseLanguage(drawer("localStorage"), other);
    this.chosen = other;
  }
}

customElements.define("fenbo-room", FenboRoom);
