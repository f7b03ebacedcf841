import { css, html, LitElement, type PropertyValues } from "lit";
import { HqTalkApi, type Queue } from "../api/hq-talk.ts";
import type { Channel } from "../api/hq-types.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { Newest } from "../ui/newest.ts";
import "./talk-announce.ts";
import "./talk-log.ts";
import "./talk-queue.ts";
import "./talk-restricted.ts";
import "./talk-room.ts";
import "./talk-rules.ts";
import "./talk-words.ts";
import type { HqStore } from "./store.ts";

/** Everything about what is said in the rooms. `mark` changes when something new waits. */
export class FenboTalk extends LitElement {
  static override properties = {
    store: { attribute: false },
    channels: { attribute: false },
    mark: {},
    text: { attribute: false },
    queue: { state: true },
    done: { state: true },
  };
  declare store: HqStore;
  declare channels: readonly Channel[];
  declare mark: string;
  declare text: HqText;
  declare queue: Queue | null;
  /** Counts acts done here, so that lists look again. */
  declare done: number;
  private api: HqTalkApi | null = null;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.queue = null;
    this.done = 0;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      .column {
        display: grid;
        gap: 16px;
        min-width: 0;
      }
      .log {
        grid-column: 1 / -1;
        min-width: 0;
      }
      @media (min-width: 1000px) {
        :host {
          grid-template-columns: minmax(0, 6fr) minmax(0, 5fr);
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    this.api ??= new HqTalkApi(this.store.api);
    if (changed.has("mark") || changed.has("done")) void this.load();
  }

  override render() {
    const { api, text, channels, done } = this;
    const acted = () => {
      this.done++;
    };
    return html`<div class="column" @acted=${acted}>
        <fenbo-talk-queue .api=${api} .queue=${this.queue} .text=${text}></fenbo-talk-queue>
        <fenbo-talk-room .api=${api} .channels=${channels} .text=${text}></fenbo-talk-room>
      </div>
      <div class="column" @acted=${acted}>
        <fenbo-talk-announce .api=${api} .text=${text}></fenbo-talk-announce>
        <fenbo-talk-rules .api=${api} .channels=${channels} .text=${text}></fenbo-talk-rules>
        <fenbo-talk-words .api=${api} .text=${text}></fenbo-talk-words>
        <fenbo-talk-restricted .api=${api} .done=${done} .text=${text}></fenbo-talk-restricted>
      </div>
      <fenbo-talk-log class="log" .api=${api} .done=${done} .text=${text}></fenbo-talk-log>`;
  }

  private async load(): Promise<void> {
    if (this.api === null) return;
    const show = (queue: Queue) => Object.assign(this, { queue });
    await this.newest.take(this.api.queue(), show).catch(() => undefined); // what is shown stays
  }
}

customElements.define("fenbo-talk", FenboTalk);
