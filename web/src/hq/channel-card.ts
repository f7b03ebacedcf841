import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Channel, ChannelChange, Link } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { picture } from "../ui/picture.ts";
import "./copy.ts";
import "./tree.ts";
import { problemText } from "../text/problems.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const FIELDS = ["name", "logo_url", "cover_url", "notice", "welcome", "accent"] as const;

/** One channel: its room's address, links to pass on, and how the room looks. */
export class FenboChannelCard extends LitElement {
  static override properties = {
    store: { attribute: false },
    channel: { attribute: false },
    channels: { attribute: false },
    text: { attribute: false },
    read: { state: true },
    link: { state: true },
    saved: { state: true },
    problem: { state: true },
  };
  declare store: HqStore;
  declare channel: Channel;
  declare channels: readonly Channel[];
  declare text: HqText;
  /** As it was when its settings were opened, which is what they change. */
  declare read: { found: Channel; tag: string } | null;
  declare link: Link | null;
  declare saved: boolean;
  declare problem: Problem | null;

  constructor() {
    super();
    this.read = null;
    this.link = null;
    this.saved = false;
    this.problem = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      .panel {
        display: grid;
        gap: 10px;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .head h2 {
        flex: 1;
        margin: 0;
      }
      .two {
        grid-template-columns: 1fr auto;
        align-items: end;
        gap: 8px;
      }
      .act {
        min-height: 44px;
      }
      input[type="color"] {
        padding: 4px;
      }
    `,
  ];

  override render() {
    const { channel, text } = this;
    return html`<article class="panel" data-channel=${channel.channel}>
      <div class="head">
        ${picture(channel.logo_url, channel.name, 44)}
        <h2>${channel.name}</h2>
        ${channel.house ? html`<span class="tag">${text.house}</span>` : nothing}
        <span class="tag ${channel.state === "active" ? "good" : "warn"}">${text.channelStates[channel.state]}</span>
      </div>
      <fenbo-copy .value=${channel.room_url} .what=${text.roomName} .text=${text}></fenbo-copy>
      <a href="/r/${channel.room}" target="_blank">${text.openRoom}</a>
      ${this.above()} ${this.links()} ${this.settings()}
      <fenbo-tree .store=${this.store} .channel=${channel} .channels=${this.channels} .text=${text}></fenbo-tree>
      <p class="wrong" role="alert">${this.refusal()}</p>
    </article>`;
  }

  private above(): TemplateResult | typeof nothing {
    const { channel, text } = this;
    const parent = this.channels.find((each) => each.channel === channel.parent);
    if (parent === undefined) return nothing;
    return html`<p class="hint">${text.partners.above}: ${parent.name}${channel.level === "" ? "" : ` · ${channel.level}`}</p>`;
  }

  private links(): TemplateResult {
    const { text, link } = this;
    return html`<form class="two" @submit=${this.makeLink}>
        ${field({ label: text.sharer, name: "sharer", wrong: this.problem?.at("sharer") ?? "" })}
        <button class="act">${text.newLink}</button>
      </form>
      ${
        link === null
          ? nothing
          : html`<fenbo-copy .value=${link.url} .what=${text.link} .text=${text}></fenbo-copy>
            ${this.printed(link)}
            <small>${text.embedLink}</small>
            <fenbo-copy .value=${link.embed_url} .what=${text.embedLink} .text=${text}></fenbo-copy>`
      }`;
  }

  /** The link as a code to print and as a poster. */
  private printed({ code }: Link): TemplateResult {
    const { talk } = this.text.room;
    return html`<div class="row">
      <img src="/s/${code}/qr.svg" alt=${talk.qr} width="120" height="120" />
      <a href="/s/${code}/qr.svg" download="${code}.svg">SVG</a>
      <a href="/s/${code}/poster.png" target="_blank">${talk.savePoster}</a>
    </div>`;
  }

  private refusal(): string {
    if (this.problem === null) return "";
    return this.problem.word === "stale" ? this.text.stale : problemText(this.problem, this.text, FIELDS);
  }

  private settings(): TemplateResult {
    const { text } = this;
    const channel = this.read?.found ?? this.channel;
    const wrong = (name: string) => this.problem?.at(name) ?? "";
    return html`<details @toggle=${this.opened}>
      <summary>${text.settings}</summary>
      <form @submit=${this.save}>
        ${field({ label: text.name, name: "name", value: channel.name, wrong: wrong("name"), required: true })}
        ${field({ label: text.notice, name: "notice", value: channel.notice, wrong: wrong("notice"), rows: 2 })}
        ${field({ label: text.welcome, name: "welcome", value: channel.welcome, wrong: wrong("welcome"), rows: 2 })}
        ${field({ label: text.logoUrl, name: "logo_url", value: channel.logo_url, wrong: wrong("logo_url") })}
        ${field({ label: text.coverUrl, name: "cover_url", value: channel.cover_url, wrong: wrong("cover_url") })}
        ${field({ label: text.accent, name: "accent", value: channel.theme.accent, wrong: wrong("accent"), type: "color" })}
        <div class="row"><button class="act main" ?disabled=${this.read === null}>${text.save}</button><span role="status">${this.saved ? text.saved : ""}</span></div>
      </form>
    </details>`;
  }

  private async opened(event: Event): Promise<void> {
    this.read = null;
    if ((event.target as HTMLDetailsElement).open) await this.attempt(() => this.look());
  }

  private async look(): Promise<void> {
    this.read = await this.store.api.channel(this.channel.channel);
  }

  private async makeLink(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { sharer = "" } = formValues(event.target as HTMLFormElement);
    await this.attempt(async () => {
      this.link = await this.store.api.createLink(this.channel.channel, sharer);
    });
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = formValues(event.target as HTMLFormElement);
    const change: ChannelChange = Object.fromEntries(FIELDS.map((name) => [name, values[name] ?? ""]));
    const { read } = this;
    if (read === null) return;
    await this.attempt(async () => {
      await this.store.api.changeChannel(read.found.channel, change, read.tag);
      await this.look();
      this.saved = true;
    });
    // What another has changed is what is shown then.
    if (this.problem?.word === "stale") await this.look().catch(() => undefined);
    this.store.refresh();
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.saved = false;
    try {
      await act();
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
    }
  }
}

customElements.define("fenbo-channel-card", FenboChannelCard);
