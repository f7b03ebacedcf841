import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { ReplayHq } from "../api/replay.ts";
import { clockOf } from "../room/markers.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { formatMoment } from "../times.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const KEEP_DAYS = [7, 30, 90, 365];

/** The recordings of the latest shows: published or not, and kept how long. `news` changes when there is reason to look. */
export class FenboReplays extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    news: {},
    text: { attribute: false },
    found: { state: true },
  };
  declare store: HqStore;
  declare news: string;
  declare text: HqText;
  declare found: readonly ReplayHq[];
  private readonly newest = new Newest();

  constructor() {
    super();
    this.found = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        gap: 6px;
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
      }
      li:first-child {
        border-top: 0;
      }
      select {
        min-height: 36px;
        width: auto;
      }
      label {
        display: flex;
        white-space: nowrap;
        align-items: center;
        gap: 6px;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("news")) void this.look();
  }

  override render() {
    const { text } = this;
    return html`<section class="panel" aria-label=${text.replay.title}>
      <h2>${text.replay.title}</h2>
      ${this.found.length === 0 ? html`<p class="dim">${text.replay.none}</p>` : html`<ul>${this.found.map((one) => this.line(one))}</ul>`}
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, this.text)}</p>
    </section>`;
  }

  private line(one: ReplayHq): TemplateResult {
    const { text } = this;
    const words = text.replay;
    const length = one.seconds === null ? words.nothing : clockOf(one.seconds);
    const state = !one.published ? words.withdrawn : one.state === "ended" ? words.published : words.whenOver;
    return html`<li>
      <div class="row apart">
        <strong>${one.title}</strong>
        <span class="tag">${state}</span>
      </div>
      <p class="dim small">${formatMoment(one.created_at, text.language)} · <span class="tabular">${length}</span></p>
      <div class="row">
        <button
          class="act ${one.published ? "" : "main"}"
          ?disabled=${one.seconds === null && one.state === "ended" && !one.published}
          @click=${() => this.set(one, !one.published, one.days)}
        >
          ${one.published ? words.withdraw : words.publish}
        </button>
        <label class="small"
          >${words.keep}
          <select @change=${(event: Event) => this.set(one, one.published, daysIn(event))}>
            ${[null, ...KEEP_DAYS].map(
              (days) =>
                html`<option value=${days ?? ""} ?selected=${days === one.days}>
                  ${days === null ? words.asLongAsCanBe : words.days(days)}
                </option>`,
            )}
            ${
              one.days === null || KEEP_DAYS.includes(one.days)
                ? nothing
                : html`<option value=${one.days} selected>${words.days(one.days)}</option>`
            }
          </select>
        </label>
      </div>
    </li>`;
  }

  private async look(): Promise<void> {
    const show = (found: readonly ReplayHq[]) => Object.assign(this, { found });
    await this.newest.take(this.store.api.replays(), show).catch(() => undefined); // what is shown stays
  }

  private async set(one: ReplayHq, published: boolean, days: number | null): Promise<void> {
    await this.attempt(async () => {
      const changed = await this.store.api.setReplay(one.show, published, days);
      this.newest.changed();
      this.found = this.found.map((other) => (other.show === changed.show ? changed : other));
    });
  }
}

function daysIn(event: Event): number | null {
  const { value } = event.target as HTMLSelectElement;
  return value === "" ? null : Number(value);
}

customElements.define("fenbo-replays", FenboReplays);
