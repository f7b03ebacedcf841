import { css, html, LitElement, nothing } from "lit";
import type { DeskTalkApi } from "../api/desk-talk.ts";
import type { Queue } from "../api/hq-talk.ts";
import "../hq/talk-log.ts";
import "../hq/talk-queue.ts";
import "../hq/talk-restricted.ts";
import "../hq/talk-room.ts";
import "../hq/talk-rules.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { Newest } from "../ui/newest.ts";

const LOOK_MS = 3_000;

/** Order in the channel's own room: what waits, what is said, and how. The parts are those of HQ's talk page. */
export class FenboDeskTalk extends LitElement {
  static override properties = {
    api: { attribute: false },
    text: { attribute: false },
    open: { type: Boolean },
    queue: { state: true },
    room: { state: true },
    done: { state: true },
  };
  declare api: DeskTalkApi;
  declare text: HqText;
  /** Rules, restrictions and log are unfolded from the beginning. */
  declare open: boolean;
  declare queue: Queue | null;
  declare room: string;
  /** Counts acts done here, so that lists look again. */
  declare done: number;
  private readonly newest = new Newest();
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.open = false;
    this.queue = null;
    this.room = "";
    this.done = 0;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      summary {
        min-height: 44px;
        padding: 10px 0;
        font-weight: 600;
        cursor: pointer;
      }
      details > :not(summary) {
        display: block;
        margin-bottom: 12px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => document.hidden || this.look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    clearInterval(this.looking);
    super.disconnectedCallback();
  }

  override firstUpdated(): void {
    void this.look();
    void this.find();
  }

  override render() {
    const { api, text, room, done } = this;
    if (room === "") return nothing;
    return html`
      <fenbo-talk-queue .api=${api} .queue=${this.queue} .text=${text} @acted=${this.acted}></fenbo-talk-queue>
      <fenbo-talk-room .api=${api} .own=${room} .text=${text} @acted=${this.acted}></fenbo-talk-room>
      <details ?open=${this.open} @acted=${this.acted}>
        <summary>${text.talk.ownOrder}</summary>
        <fenbo-talk-rules .api=${api} .own=${room} .text=${text}></fenbo-talk-rules>
        <fenbo-talk-restricted .api=${api} .done=${done} .text=${text}></fenbo-talk-restricted>
        <fenbo-talk-log .api=${api} .done=${done} .text=${text}></fenbo-talk-log>
      </details>
    `;
  }

  private acted(): void {
    this.done++;
    void this.look();
  }

  private async look(): Promise<void> {
    const show = (queue: Queue) => Object.assign(this, { queue });
    await this.newest.take(this.api.queue(), show).catch(() => undefined); // looked at again soon
  }

  private async find(): Promise<void> {
    this.room = (await this.api.room().catch(() => null))?.room ?? "";
  }
}

customElements.define("fenbo-desk-talk", FenboDeskTalk);
