import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { codeOf, type LinksApi, type ListedLink } from "../api/links-api.ts";
import { inSheet, panel } from "../hq/style.ts";
import { type LinksText, linksEn } from "../text/links-en.ts";
import { linksZh } from "../text/links-zh.ts";
import { type ProblemTexts, problemText } from "../text/problems.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "./attempting.ts";
import { base } from "./base.ts";
import { field, formStyle, formValues } from "./form.ts";
import { Newest } from "./newest.ts";

/** Links that were passed on, whose, since when and how many came by them; each can be taken back, for good. */
export class FenboLinks extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    text: { attribute: false },
    channels: { attribute: false },
    mine: { type: Boolean },
    keeps: { type: Boolean },
    latest: {},
    found: { state: true },
    asked: { state: true },
    pages: { state: true },
    wanted: { state: true },
  };
  declare api: LinksApi;
  declare text: ProblemTexts & { language: string };
  /** Headquarters' alone, which has those of all channels. */
  declare channels: readonly { channel: string; name: string }[];
  /** They are the viewer's own. */
  declare mine: boolean;
  /** He may see them and take none back. */
  declare keeps: boolean;
  /** The code of one that was just made: with another they are asked for again. */
  declare latest: string;
  declare found: { all: readonly ListedLink[]; more: boolean } | null;
  /** The code of the one that he is asked about. */
  declare asked: string;
  declare pages: number;
  declare wanted: { channel: string; code: string };
  private readonly newest = new Newest();

  constructor() {
    super();
    this.channels = [];
    this.mine = false;
    this.keeps = false;
    this.latest = "";
    this.found = null;
    this.asked = "";
    this.pages = 1;
    this.wanted = { channel: "", code: "" };
  }

  static override styles = [
    base,
    formStyle,
    panel,
    inSheet,
    css`
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
      }
      form,
      ul {
        margin-top: 12px;
      }
      code {
        overflow-wrap: anywhere;
      }
      .gone code {
        text-decoration: line-through;
      }
      .act {
        min-height: 44px;
      }
      .sure {
        margin-top: 8px;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("latest") || changed.has("pages") || changed.has("wanted")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    const { channel, code } = this.wanted;
    await this.newest.take(this.api.all(this.pages, channel, code), (found) => Object.assign(this, { found }));
  }

  override render() {
    const { found, problem, text } = this;
    const words = this.words;
    const title = this.mine ? words.mine : words.links;
    const none = this.wanted.code === "" ? words.none : words.notFound;
    return html`<section class="panel ${this.mine ? "mine" : ""}" aria-label=${title}>
      <h2>${title}</h2>
      <p class="dim small">${this.mine ? words.mineHint : words.hint}</p>
      ${this.channels.length === 0 ? nothing : this.search(words)}
      <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text)}</p>
      ${
        found === null
          ? nothing
          : found.all.length === 0
            ? html`<p class="dim">${none}</p>`
            : html`<ul>${found.all.map((link) => this.link(link, words))}</ul>`
      }
      ${found?.more ? html`<button class="act" @click=${() => this.pages++}>${words.more}</button>` : nothing}
    </section>`;
  }

  private get words(): LinksText {
    return this.text.language.startsWith("zh") ? linksZh : linksEn;
  }

  private search(words: LinksText): TemplateResult {
    return html`<form @submit=${this.look}>
      <label>${words.channel}<select name="channel">
        <option value="">${words.every}</option>
        ${this.channels.map((each) => html`<option value=${each.channel}>${each.name}</option>`)}
      </select></label>
      ${field({ label: words.code, name: "code" })}
      <div><button class="act">${words.find}</button></div>
    </form>`;
  }

  private link(link: ListedLink, words: LinksText): TemplateResult {
    const at = (moment: string) => formatMoment(moment, this.text.language);
    const { sharer, revoked_at: gone } = link;
    const whose = sharer === null ? words.channelOwn : sharer.name || words.guest(sharer.viewer);
    const where = this.mine ? link.channel.name : this.channels.length > 0 ? `${link.channel.name} · ${whose}` : whose;
    const since = gone === null ? words.since(at(link.created_at)) : words.revokedAt(at(gone));
    return html`<li class=${gone === null ? "" : "gone"} data-code=${link.code}>
      <div class="row apart">
        <span>${where} <span class="dim small">/r/${link.room}</span><br /><code>/s/${link.code}</code><br /><span class="dim small">${since} · ${words.visits(link.visits)}</span></span>
        ${gone !== null || this.keeps || this.asked === link.code ? nothing : html`<button class="act" aria-label="${words.revoke}: ${link.code}" @click=${() => this.ask(link.code)}>${words.revoke}</button>`}
      </div>
      ${this.asked === link.code && gone === null ? this.sure(link, words) : nothing}
    </li>`;
  }

  private sure(link: ListedLink, words: LinksText): TemplateResult {
    return html`<div class="sure" role="alert">
      <p>${words.sure}</p>
      <div class="row">
        <button class="act hard" @click=${() => this.revoke(link)}>${words.yes}</button>
        <button class="act" @click=${() => this.ask("")}>${words.no}</button>
      </div>
    </div>`;
  }

  private ask(code: string): void {
    this.asked = code;
  }

  private look(event: SubmitEvent): void {
    event.preventDefault();
    const { channel = "", code = "" } = formValues(event.target as HTMLFormElement);
    Object.assign(this, { wanted: { channel, code: codeOf(code) }, pages: 1, asked: "" });
  }

  private async revoke(link: ListedLink): Promise<void> {
    const done = await this.attempt(async () => {
      await this.api.revoke(link);
      await this.load();
    });
    if (!done) return;
    this.asked = "";
    this.dispatchEvent(new CustomEvent("link-revoked", { detail: link.code }));
  }
}

customElements.define("fenbo-links", FenboLinks);
