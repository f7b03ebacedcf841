import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { OrderApi, RestrictionKind, RoomTalk } from "../api/hq-talk.ts";
import type { Channel } from "../api/hq-types.ts";
import type { ChatLine } from "../api/messages.ts";
import { lineKey } from "../room/talk.ts";
import { formatClock } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

const LOOK_MS = 1_500;

/** A look into any room, and what can be done about a line and whoever said it. Looking counts as no viewer. */
export class FenboTalkRoom extends Acting<OrderApi> {
  static override properties = {
    ...Acting.properties,
    channels: { attribute: false },
    own: {},
    chosen: { state: true },
    found: { state: true },
    about: { state: true },
  };
  declare channels: readonly Channel[];
  /** The one room that there is, at a desk; "" at HQ, which chooses. */
  declare own: string;
  declare chosen: string;
  declare found: RoomTalk | null;
  declare about: { line: ChatLine; kind: RestrictionKind } | null;
  private readonly newest = new Newest();
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.channels = [];
    this.own = "";
    this.chosen = "";
    this.found = null;
    this.about = null;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      .lines {
        max-height: 420px;
        overflow-y: auto;
      }
      li {
        padding: 8px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .tiny {
        min-height: 44px;
        padding: 0 10px;
        font-size: 13px;
        text-decoration: underline;
      }
      .about {
        margin: 12px 0;
        padding: 12px;
        border-radius: 10px;
        background: var(--sheet-soft);
      }
      .check {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
      }
      .check input {
        width: 24px;
        min-height: 24px;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => document.hidden || this.look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("own") || this.own === "") return;
    this.chosen = this.own;
    this.look();
  }

  override render() {
    const { text, found, own } = this;
    const heading = own === "" ? text.talk.look : text.talk.ownRoom;
    return html`<section class="panel" aria-label=${heading}>
      <div class="row apart">
        <h2>${heading}</h2>
        ${found === null ? nothing : html`<span class="tag">${text.talk.watching(found.viewers)}</span>`}
      </div>
      ${own === "" ? this.chooser() : nothing}
      <p class="wrong" role="alert">${this.wrong}</p>
      ${this.about === null ? nothing : this.form(this.about)} ${found === null ? nothing : this.lines(found)}
    </section>`;
  }

  private chooser(): TemplateResult {
    return html`<label
      >${this.text.talk.room}<select @change=${this.choose}>
        <option value="">–</option>
        ${this.channels.map((one) => html`<option value=${one.room} ?selected=${one.room === this.chosen}>${one.name}</option>`)}
      </select></label
    >`;
  }

  private lines(found: RoomTalk): TemplateResult {
    const { talk, language } = this.text;
    if (found.lines.length === 0) return html`<p class="dim">${talk.quiet}</p>`;
    return html`<ul class="lines" aria-label=${talk.look}>
      ${repeat(
        [...found.lines].reverse(),
        lineKey,
        (line) => html`<li>
          <span class="dim small tabular">${formatClock(line.at, language)}</span> <b>${line.from.name}</b>
          ${line.type === "chat" ? line.text : `${line.asked} – ${line.text}`}
          ${line.type === "chat" ? this.tools(line) : nothing}
        </li>`,
      )}
    </ul>`;
  }

  private tools(line: ChatLine): TemplateResult {
    const { talk } = this.text;
    const kinds: RestrictionKind[] = ["mute", "kick", "ban"];
    return html`<div>
      <button class="tiny" aria-label=${talk.actOn(talk.remove, line.text)} @click=${() => this.takeDown(line)}>${talk.remove}</button>
      ${kinds.map(
        (kind) => html`<button
          class="tiny"
          aria-label=${talk.actOn(talk[kind], line.from.name)}
          @click=${() => {
            this.about = { line, kind };
          }}
        >
          ${talk[kind]}
        </button>`,
      )}
    </div>`;
  }

  private form({ line, kind }: { line: ChatLine; kind: RestrictionKind }): TemplateResult {
    const { talk, cancel } = this.text;
    return html`<form class="about" aria-label=${talk.actOn(talk[kind], line.from.name)} @submit=${this.restrict}>
      <b>${talk.actOn(talk[kind], line.from.name)}</b>
      ${this.own === "" ? this.place() : nothing}
      ${kind === "kick" ? nothing : this.length()} ${field({ label: talk.reason, name: "reason" })}
      <label class="check"><input type="checkbox" name="lines" />${talk.alsoLines}</label>
      <div class="row">
        <button class="act hard">${talk[kind]}</button>
        <button type="button" class="act" @click=${this.forget}>${cancel}</button>
      </div>
    </form>`;
  }

  private place(): TemplateResult {
    const { talk } = this.text;
    return html`<label
      >${talk.where}<select name="where">
        <option value="room">${talk.thisRoom}</option>
        <option value="all">${talk.inAll}</option>
      </select></label
    >`;
  }

  private length(): TemplateResult {
    const { talk } = this.text;
    return html`<label
      >${talk.howLong}<select name="seconds">
        ${Object.entries(talk.lengths).map(([seconds, name]) => html`<option value=${seconds}>${name}</option>`)}
      </select></label
    >`;
  }

  private forget(): void {
    this.about = null;
  }

  private async restrict(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.about === null) return;
    const { line, kind } = this.about;
    const { where, seconds = "", reason = "", lines } = formValues(event.target as HTMLFormElement);
    const { id: viewer, name } = line.from;
    const place = where === "all" ? {} : { room: this.chosen };
    const length = seconds === "" ? {} : { seconds: Number(seconds) };
    const done = await this.act(() =>
      this.api.restrict({ viewer, name, kind, reason, remove_lines: lines !== undefined, ...place, ...length }),
    );
    if (done) this.forget();
  }

  private takeDown(line: ChatLine): void {
    const { epoch, offset, from, text } = line;
    const place = { epoch, offset, viewer: from.id, name: from.name, text };
    void this.act(() => this.api.removeLine(this.chosen, place)).then(() => this.look());
  }

  private choose(event: Event): void {
    this.chosen = (event.target as HTMLSelectElement).value;
    this.found = null;
    this.forget();
    this.look();
  }

  private look(): void {
    const room = this.chosen;
    if (room === "") return;
    const show = (found: RoomTalk) => {
      if (room === this.chosen) this.found = found;
    };
    this.newest.take(this.api.room(room), show).catch(() => undefined); // looked at again soon
  }
}

customElements.define("fenbo-talk-room", FenboTalkRoom);
