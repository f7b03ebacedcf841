import { css, html, LitElement, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ChatLine } from "../api/messages.ts";
import type { Text } from "../text/room.ts";
import { formatClock } from "../times.ts";
import { base } from "../ui/base.ts";
import { type Dropped, type Feed, isOwn, type Pending } from "./feed.ts";
import { type Line, lineKey } from "./talk.ts";

const AT_END_PX = 40; // so near to the end counts as reading the newest

/** The lines of this room. Says `chat-again` and `chat-forget` (detail: the line's id). */
export class FenboChat extends LitElement {
  static override properties = { feed: { attribute: false }, text: { attribute: false } };
  declare feed: Feed;
  declare text: Text;
  private atEnd = true;
  private readonly resized = new ResizeObserver(() => this.stayAtEnd());

  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-height: 0;
        color: var(--stage-text);
      }
      .list {
        height: 100%;
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: 10px 14px;
        display: flex;
        flex-direction: column;
        gap: 6px;
        scrollbar-width: thin;
        scrollbar-color: var(--stage-line) transparent;
      }
      .list > :first-child {
        margin-top: auto;
      }
      .line {
        max-width: 100%;
        width: fit-content;
        padding: 5px 11px;
        border-radius: 13px;
        background: var(--bubble, var(--stage-raised));
        overflow-wrap: anywhere;
      }
      .line b {
        color: var(--stage-dim);
        font-weight: 600;
        margin-inline-end: 6px;
      }
      .line.own b {
        color: var(--accent-dark);
      }
      .line.host {
        border-inline-start: 4px solid var(--accent-dark);
        background: var(--stage-raised);
        padding: 6px 11px;
      }
      .line.host b {
        color: var(--accent-dark);
      }
      .line.host i {
        display: block;
        font-style: normal;
        font-size: 13px;
        color: var(--stage-dim);
      }
      .line.welcome {
        color: var(--stage-dim);
        white-space: pre-line;
      }
      .line time {
        display: none;
        margin-inline-start: 8px;
        font-size: 11px;
        color: var(--stage-dim);
      }
      .line small {
        margin-inline-start: 8px;
        color: var(--stage-dim);
      }
      .line.refused {
        border: 1px solid #ff8f8f;
      }
      .line.refused em {
        display: block;
        font-style: normal;
        color: #ffb3b3;
      }
      .line button {
        padding: 6px 10px 6px 0;
        color: var(--accent-dark);
        font-weight: 600;
      }
      .mark {
        align-self: center;
        font-size: 12px;
        color: var(--stage-dim);
      }
      @container room (min-width: 900px) {
        .line {
          background: none;
          padding: 2px 0;
        }
        .line time {
          display: inline;
        }
      }
    `,
  ];

  override willUpdate(): void {
    const list = this.renderRoot?.querySelector(".list");
    if (list) this.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < AT_END_PX;
  }

  override firstUpdated(): void {
    this.resized.observe(this);
  }

  override updated(): void {
    this.stayAtEnd();
  }

  private stayAtEnd(): void {
    const list = this.renderRoot.querySelector(".list");
    if (list && this.atEnd) list.scrollTop = list.scrollHeight;
  }

  override render() {
    const { feed, text } = this;
    const welcome = feed.view?.welcome ?? "";
    return html`
      <div class="list" role="log" aria-label=${text.chat} tabindex="0">
        <p class="line welcome" ?hidden=${welcome === ""}>${welcome}</p>
        ${repeat(
          feed.lines,
          (line) => lineKey(line),
          (line) => this.shown(line),
        )}
        ${repeat(
          feed.pending,
          (line) => line.id,
          (line) => this.pending(line),
        )}
      </div>
    `;
  }

  private shown(line: Line): TemplateResult {
    const { talk } = this.text;
    switch (line.type) {
      case "chat":
        return this.line(line);
      case "answer":
        return html`<p class="line host">
          <b>${talk.host}</b><i>${talk.answerTo(line.from.name)}: ${line.asked}</i>${line.text}
        </p>`;
      case "announcement":
        return html`<p class="line host"><b>${talk.announcement}</b>${line.text}</p>`;
      default:
        return this.dropped(line);
    }
  }

  private line(line: ChatLine): TemplateResult {
    const own = isOwn(this.feed, line);
    return html`<p class="line ${own ? "own" : ""}">
      <b>${own ? this.text.you : line.from.name}</b>${line.text}<time datetime=${line.at}>${formatClock(line.at, this.text.language)}</time>
    </p>`;
  }

  private dropped(mark: Dropped): TemplateResult {
    return html`<p class="mark">${this.text.skippedLines(mark.count)}</p>`;
  }

  private pending(line: Pending): TemplateResult {
    const { text } = this;
    const refused = line.refused !== null;
    return html`<div class="line own pending ${refused ? "refused" : ""}">
      <b>${text.you}</b>${line.text}
      ${
        refused
          ? html`<em>${line.refused || text.notSent}</em>
            <button @click=${() => this.tell("chat-again", line.id)}>${text.sendAgain}</button>
            <button @click=${() => this.tell("chat-forget", line.id)}>${text.discard}</button>`
          : html`<small>${line.held ? text.talk.waitsForApproval : text.sending}</small>`
      }
    </div>`;
  }

  private tell(what: string, id: string): void {
    this.dispatchEvent(new CustomEvent(what, { detail: id }));
  }
}

customElements.define("fenbo-chat", FenboChat);
