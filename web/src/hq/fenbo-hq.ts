import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { HqApi } from "../api/hq-api.ts";
import type { Me, NewKey } from "../api/hq-types.ts";
import { drawer } from "../room/storage.ts";
import { type HqText, hqEn } from "../text/hq-en.ts";
import { hqZh } from "../text/hq-zh.ts";
import { chooseLanguage, chosenLanguage, type Language, pickLanguage } from "../text/language.ts";
import { base } from "../ui/base.ts";
import { themeStyle } from "../ui/theme.ts";
import "./channels.ts";
import "./encoder.ts";
import "./figures.ts";
import "./go-live.ts";
import "./goods.ts";
import "./login.ts";
import "./money.ts";
import "./orders.ts";
import "./preview.ts";
import "./privacy.ts";
import "./programs.ts";
import "./replays.ts";
import "./shelf-editor.ts";
import "./show-control.ts";
import "./talk.ts";
import { HqStore } from "./store.ts";
import "./studio-restreams.ts";
import "./studio-slates.ts";
import "./studio-sources.ts";
import { panel } from "./style.ts";

const ACCENT = "#0f6b5c";
const TABS = ["studio", "talk", "orders", "money", "channels", "goods", "programs", "privacy"] as const;
type Tab = (typeof TABS)[number];

/** Headquarters' page. The tab is in the address, so that a reload and the Back button keep it. */
export class FenboHq extends LitElement {
  static override properties = { tab: { state: true }, language: { state: true }, streamKey: { state: true } };
  declare tab: Tab;
  declare language: Language;
  declare streamKey: string;
  private readonly store = new HqStore(this, new HqApi());
  private readonly onHash = () => {
    this.tab = tabIn(location.hash);
  };

  constructor() {
    super();
    this.streamKey = "";
    this.tab = tabIn(location.hash);
    this.language = pickLanguage(chosenLanguage(drawer("localStorage")), navigator.languages, "");
  }

  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        min-height: 100dvh;
        background: #eef0f4;
        color: #16181d;
      }
      .page {
        padding-bottom: 32px;
      }
      header {
        position: sticky;
        top: 0;
        z-index: 5;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 8px 16px;
        background: var(--sheet);
        border-bottom: 1px solid var(--sheet-line);
      }
      h1 {
        flex: 1;
        font-size: 17px;
        white-space: nowrap;
      }
      nav {
        display: flex;
        gap: 4px;
        overflow-x: auto;
      }
      nav a {
        display: grid;
        place-items: center;
        min-height: 44px;
        padding: 0 14px;
        border-radius: 10px;
        color: var(--sheet-text);
        font-weight: 600;
        text-decoration: none;
        white-space: nowrap;
      }
      nav a[aria-current] {
        background: var(--sheet-soft);
        color: var(--accent-light);
      }
      .lost {
        padding: 8px 16px;
        background: #fff0d2;
        color: #6b4500;
      }
      main {
        max-width: 1500px;
        margin: 0 auto;
        padding: 16px;
      }
      .studio {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      .studio > div {
        display: grid;
        gap: 16px;
        min-width: 0;
      }
      .corner {
        display: flex;
        justify-content: flex-end;
        padding: 12px;
      }
      @media (max-width: 700px) {
        nav {
          order: 1;
          width: 100%;
        }
      }
      @media (min-width: 1000px) {
        .studio {
          grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.onHash);
    void this.store.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.onHash);
    this.store.end();
  }

  override willUpdate(): void {
    document.documentElement.lang = this.text.language;
  }

  override render() {
    const { store, text } = this;
    return html`<div class="page" style=${themeStyle(ACCENT)}>
      ${
        store.me !== null
          ? this.inside(store.me)
          : html`<div class="corner">${this.languageButton()}</div>
              ${store.asking ? html`<p role="status">${text.loading}</p>` : this.login()}`
      }
    </div>`;
  }

  private login(): TemplateResult {
    return html`<fenbo-login
      .api=${this.store.api}
      .text=${this.text}
      @login-done=${(event: CustomEvent<Me>) => this.store.entered(event.detail)}
    ></fenbo-login>`;
  }

  private inside(me: Me): TemplateResult {
    const { store, text } = this;
    return html`<header>
        <h1>${me.merchant.name}</h1>
        <nav aria-label=${text.title}>
          ${TABS.map((tab) => html`<a href="#${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${text.tabs[tab]}${tab === "talk" && store.waiting > 0 ? ` (${store.waiting})` : ""}</a>`)}
        </nav>
        <div class="row">
          ${this.languageButton()}
          <button class="act" @click=${() => store.logout()}>${text.logout}</button>
        </div>
      </header>
      <p class="lost" role="status" ?hidden=${store.line.connected || store.overview === null}>${text.lineLost}</p>
      <main>${this.content()}</main>`;
  }

  private content(): TemplateResult {
    const { store, text } = this;
    const currency = store.overview?.channels[0]?.paid.currency ?? "CNY";
    switch (this.tab) {
      case "orders":
        return html`<fenbo-hq-orders .store=${store} .channels=${store.channels} .news=${store.orderNews} .text=${text}></fenbo-hq-orders>`;
      case "talk":
        return html`<fenbo-talk .store=${store} .channels=${store.channels} .mark=${store.queue?.mark ?? ""} .text=${text}></fenbo-talk>`;
      case "money":
        return html`<fenbo-money .store=${store} .text=${text}></fenbo-money>`;
      case "channels":
        return html`<fenbo-channels .store=${store} .channels=${store.channels} .text=${text}></fenbo-channels>`;
      case "programs":
        return html`<fenbo-programs .store=${store} .text=${text}></fenbo-programs>`;
      case "privacy":
        return html`<fenbo-privacy .store=${store} .text=${text}></fenbo-privacy>`;
      case "goods":
        return html`<fenbo-goods .store=${store} .products=${store.products} .currency=${currency} .text=${text}></fenbo-goods>`;
      default:
        return this.studio();
    }
  }

  private studio(): TemplateResult {
    const { store, text } = this;
    return html`<div class="studio">
      <div>
        <fenbo-preview .show=${store.show} .text=${text}></fenbo-preview>
        <fenbo-show-control .store=${store} .show=${store.show} .text=${text}></fenbo-show-control>
        <fenbo-replays .store=${store} .news=${store.shows.map((show) => show.id + show.state).join()} .text=${text}></fenbo-replays>
        ${store.studio === null ? nothing : html`<fenbo-sources .store=${store} .studio=${store.studio} .text=${text}></fenbo-sources>`}
        <fenbo-encoder
          .store=${store}
          .studio=${store.studio}
          .show=${store.show?.id ?? ""}
          .text=${text}
          @encoder-key=${(event: CustomEvent<NewKey>) => {
            if (event.detail.slot === "primary") this.streamKey = event.detail.stream_key;
          }}
        ></fenbo-encoder>
        <fenbo-go-live .whipUrl=${store.studio?.whip_url ?? location.href} .streamKey=${this.streamKey} .text=${text}></fenbo-go-live>
        ${
          store.studio === null
            ? nothing
            : html`<fenbo-slates .store=${store} .studio=${store.studio} .text=${text}></fenbo-slates>
              <fenbo-restreams .store=${store} .studio=${store.studio} .text=${text}></fenbo-restreams>`
        }
      </div>
      <div>
        <fenbo-figures .overview=${store.overview} .text=${text}></fenbo-figures>
        <fenbo-shelf-editor .store=${store} .show=${store.show} .products=${store.products} .text=${text}></fenbo-shelf-editor>
      </div>
    </div>`;
  }

  private languageButton(): TemplateResult {
    return html`<button class="act" aria-label=${this.text.switchLanguage} @click=${this.switchLanguage}>${this.text.otherLanguage}</button>`;
  }

  private get text(): HqText {
    return this.language === "zh" ? hqZh : hqEn;
  }

  private switchLanguage(): void {
    this.language = this.language === "zh" ? "en" : "zh";
    chooseLanguage(drawer("localStorage"), this.language);
  }
}

function tabIn(hash: string): Tab {
  return TABS.find((tab) => hash === `#${tab}`) ?? "studio";
}

customElements.define("fenbo-hq", FenboHq);
