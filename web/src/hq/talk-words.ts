import { css, html } from "lit";
import type { ListedWord, WordAction } from "../api/hq-talk.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

const ACTIONS: readonly WordAction[] = ["refuse", "hold", "mask"];
const SHOWN_MAX = 300; // a list of thousands is searched by the server, not by eye

/** The merchant's word list. */
export class FenboTalkWords extends Acting {
  static override properties = { ...Acting.properties, words: { state: true } };
  declare words: readonly ListedWord[];
  private readonly newest = new Newest();

  constructor() {
    super();
    this.words = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        max-height: 200px;
        margin-bottom: 12px;
        overflow-y: auto;
      }
      li button {
        min-width: 32px;
        min-height: 32px;
        font-weight: 700;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  override render() {
    const { talk } = this.text;
    return html`<section class="panel" aria-label=${talk.words}>
      <h2>${talk.words} (${this.words.length})</h2>
      <ul aria-label=${talk.words}>
        ${this.words.slice(0, SHOWN_MAX).map(
          (one) => html`<li class="tag" title=${talk.actions[one.action]}>
            ${one.word}<button aria-label=${talk.takeOff(one.word)} @click=${() => this.change(() => this.api.removeWord(one.word))}>×</button>
          </li>`,
        )}
      </ul>
      <form @submit=${this.add}>
        ${field({ label: talk.newWords, name: "words", rows: 3, required: true })}
        <p class="hint">${talk.wordsHint}</p>
        <label
          >${talk.action}<select name="action">
            ${ACTIONS.map((action) => html`<option value=${action}>${talk.actions[action]}</option>`)}
          </select></label
        >
        <p class="wrong" role="alert">${this.wrong}</p>
        <div class="row"><button class="act main">${talk.add}</button></div>
      </form>
    </section>`;
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { words = "", action = "refuse" } = formValues(form);
    const lines = words.split("\n").map((word) => word.trim());
    const found = lines.filter((word) => word !== "");
    if (await this.change(() => this.api.putWords(found, action as WordAction))) form.reset();
  }

  private async change(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.act(what);
    await this.load();
    return done;
  }

  private async load(): Promise<void> {
    const show = (words: readonly ListedWord[]) => Object.assign(this, { words });
    await this.newest.take(this.api.words(), show).catch(() => undefined); // what is shown stays
  }
}

customElements.define("fenbo-talk-words", FenboTalkWords);
