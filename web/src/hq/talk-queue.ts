import { css, html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Appeal, Asked, HeldLine, OrderApi, Queue } from "../api/hq-talk.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

/** What waits for somebody: lines for approval, questions to the host, appeals. */
export class FenboTalkQueue extends Acting<OrderApi> {
  static override properties = { ...Acting.properties, queue: { attribute: false } };
  declare queue: Queue | null;

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      h3 {
        font-size: 14px;
        margin: 12px 0 4px;
      }
      li {
        display: grid;
        gap: 8px;
        padding: 10px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override render() {
    const { queue, text } = this;
    const empty = queue !== null && queue.held.length + queue.asked.length + queue.appeals.length === 0;
    return html`<section class="panel" aria-label=${text.talk.queue}>
      <h2>${text.talk.queue}</h2>
      <p class="wrong" role="alert">${this.wrong}</p>
      ${queue === null ? html`<p class="dim">${text.loading}</p>` : nothing}
      ${empty ? html`<p class="dim">${text.talk.nothingWaits}</p>` : nothing}
      ${queue === null ? nothing : this.lists(queue)}
    </section>`;
  }

  private lists(queue: Queue): TemplateResult {
    const { talk } = this.text;
    return html`${this.list(
      talk.questions,
      queue.asked,
      (one) => one.question,
      (one) => this.asked(one),
    )}
    ${this.list(
      talk.heldLines,
      queue.held,
      (one) => one.held,
      (one) => this.held(one),
    )}
    ${this.list(
      talk.appeals,
      queue.appeals,
      (one) => one.appeal,
      (one) => this.appeal(one),
    )}`;
  }

  private list<T>(
    heading: string,
    items: readonly T[],
    key: (item: T) => string,
    draw: (item: T) => TemplateResult,
  ): TemplateResult | typeof nothing {
    if (items.length === 0) return nothing;
    return html`<h3>${heading} (${items.length})</h3>
      <ul aria-label=${heading}>${repeat(items, key, draw)}</ul>`;
  }

  private head(name: string, room: string | null, more = ""): TemplateResult {
    const { talk } = this.text;
    return html`<span class="small"
      ><b>${name}</b> <span class="dim">${room === null ? talk.inAll : talk.inRoom(room)} ${more}</span></span
    >`;
  }

  private held(line: HeldLine): TemplateResult {
    const { talk } = this.text;
    return html`<li>
      <p>${this.head(line.name, line.room, line.word === "" ? "" : talk.word(line.word))}<br />${line.text}</p>
      <div class="row">
        <button class="act main" @click=${() => this.act(() => this.api.decideLine(line.held, true))}>${talk.approve}</button>
        <button class="act" @click=${() => this.act(() => this.api.decideLine(line.held, false))}>${talk.reject}</button>
      </div>
    </li>`;
  }

  private asked(one: Asked): TemplateResult {
    const { talk } = this.text;
    const send = (event: SubmitEvent) => {
      event.preventDefault();
      const { answer = "" } = formValues(event.target as HTMLFormElement);
      void this.act(() => this.api.answer(one.question, answer));
    };
    return html`<li>
      <p>${this.head(one.name, one.room)}<br />${one.text}</p>
      <form @submit=${send}>
        ${field({ label: talk.yourAnswer, name: "answer", required: true })}
        <div class="row">
          <button class="act main">${talk.answer}</button>
          <button type="button" class="act" @click=${() => this.act(() => this.api.answer(one.question, ""))}>
            ${talk.aside}
          </button>
        </div>
      </form>
    </li>`;
  }

  private appeal(one: Appeal): TemplateResult {
    const { talk } = this.text;
    const decide = (event: SubmitEvent) => {
      event.preventDefault();
      const { answer = "" } = formValues(event.target as HTMLFormElement);
      const granted = (event.submitter as HTMLButtonElement | null)?.value === "granted";
      void this.act(async () => this.api.decideAppeal?.(one.appeal, granted, answer));
    };
    return html`<li>
      <p>${this.head(one.name || one.viewer, one.room, `${talk.kinds[one.kind]} ${one.reason}`)}<br />${one.text}</p>
      <form @submit=${decide}>
        ${field({ label: talk.decision, name: "answer" })}
        <div class="row">
          <button class="act main" value="granted">${talk.grant}</button>
          <button class="act" value="refused">${talk.refuse}</button>
        </div>
      </form>
    </li>`;
  }
}

customElements.define("fenbo-talk-queue", FenboTalkQueue);
