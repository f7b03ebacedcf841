import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Channel } from "../api/hq-types.ts";
import type { ChannelEvent } from "../api/partners-api.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const EVENTS: Record<Channel["state"], ChannelEvent[]> = {
  active: ["suspend", "close"],
  suspended: ["resume", "close"],
  closed: [],
};
const FIELDS = ["parent", "level", "reason", "user", "password"];

/** Where a channel stands in the tree, and what state it is in. */
export class FenboTree extends LitElement {
  static override properties = {
    store: { attribute: false },
    channel: { attribute: false },
    channels: { attribute: false },
    text: { attribute: false },
    problem: { state: true },
    saved: { state: true },
    owned: { state: true },
  };
  declare store: HqStore;
  declare channel: Channel;
  declare channels: readonly Channel[];
  declare text: HqText;
  declare problem: Problem | null;
  declare saved: boolean;
  /** Who was given a login just now. */
  declare owned: string;

  constructor() {
    super();
    this.problem = null;
    this.saved = false;
    this.owned = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      summary {
        min-height: 32px;
        cursor: pointer;
      }
      form {
        margin: 8px 0 12px;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override render() {
    const { channel, text } = this;
    if (channel.house) return nothing;
    const words = text.partners;
    const time = (moment: string) => new Date(moment).toLocaleString(text.language);
    const when = channel.passes_at === null ? "" : time(channel.passes_at);
    const { announced } = channel;
    return html`${channel.reason === "" || channel.state === "active" ? nothing : html`<p class="hint">${channel.reason}</p>`}
      ${when === "" ? nothing : html`<p class="hint">${words.passes(when)}</p>`}
      ${announced === null ? nothing : html`<p class="hint">${words.levelAhead(announced.level, time(announced.since))}</p>`}
      ${channel.state === "closed" ? nothing : this.place()} ${this.states()} ${channel.state === "closed" ? nothing : this.owner()}
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, text, FIELDS)}</p>
      <span class="hint" role="status">${this.owned === "" ? (this.saved ? words.saved : "") : words.ownerSaved(this.owned)}</span>`;
  }

  private place(): TemplateResult {
    const { channel, text, problem } = this;
    const words = text.partners;
    const others = this.channels.filter((each) => each.channel !== channel.channel && each.state !== "closed");
    return html`<details>
      <summary>${words.place}</summary>
      <form @submit=${this.move}>
        <label
          >${words.above}
          <select name="parent">
            ${others.map((each) => html`<option value=${each.channel} ?selected=${each.channel === channel.parent}>${each.name}</option>`)}
          </select>
        </label>
        ${field({ label: words.level, name: "level", value: channel.level, wrong: problem?.at("level") ?? "" })}
        <button class="act">${words.move}</button>
      </form>
    </details>`;
  }

  private states(): TemplateResult | typeof nothing {
    const { channel, text, problem } = this;
    const words = text.partners;
    const events = EVENTS[channel.state];
    if (events.length === 0) return nothing;
    return html`<details>
      <summary>${words.event}</summary>
      <form @submit=${this.step}>
        ${field({ label: words.reason, name: "reason", wrong: problem?.at("reason") ?? "", required: true })}
        ${channel.state === "active" ? html`<p class="hint">${words.suspendHint}</p>` : nothing}
        <p class="hint">${words.closeHint}</p>
        <div class="row">
          ${events.map((event) => html`<button class="act ${event === "resume" ? "main" : "hard"}" value=${event}>${words[event]}</button>`)}
        </div>
      </form>
    </details>`;
  }

  private owner(): TemplateResult {
    const { text, problem } = this;
    const words = text.partners;
    return html`<details>
      <summary>${words.owner}</summary>
      <form novalidate @submit=${this.giveLogin}>
        <p class="hint">${words.ownerHint}</p>
        ${field({ label: words.user, name: "user", wrong: problem?.at("user") ?? "", required: true })}
        ${field({ label: words.password, name: "password", type: "password", autocomplete: "new-password", wrong: problem?.at("password") ?? "", required: true })}
        <button class="act">${words.move}</button>
      </form>
    </details>`;
  }

  private async giveLogin(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { user = "" } = formValues(form);
    const password = String(new FormData(form).get("password")); // as it was typed
    await this.attempt(async () => {
      this.owned = (await this.store.api.partners.setOwner(this.channel.channel, user, password)).user;
    });
    if (this.problem === null) form.reset();
  }

  private async move(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { parent = "", level = "" } = formValues(event.target as HTMLFormElement);
    const { channel, store } = this;
    await this.attempt(async () => {
      if (parent !== channel.parent) await store.api.partners.move(channel.channel, parent);
      if (level !== channel.level) await store.api.partners.setLevel(channel.channel, level);
    });
  }

  private async step(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const what = (event.submitter as HTMLButtonElement).value as ChannelEvent;
    const { reason = "" } = formValues(form);
    await this.attempt(() => this.store.api.partners.step(this.channel.channel, what, reason));
    if (this.problem === null) form.reset();
  }

  private async attempt(act: () => Promise<unknown>): Promise<void> {
    this.saved = false;
    this.owned = "";
    try {
      await act();
      this.problem = null;
      this.saved = true;
    } catch (error) {
      this.problem = error as Problem;
    }
    this.store.refresh();
  }
}

customElements.define("fenbo-tree", FenboTree);
