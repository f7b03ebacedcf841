import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { NewKey, Slot, Studio } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import "./copy.ts";
import { problemText } from "../text/problems.ts";
import type { HqStore } from "./store.ts";
import "./studio-key.ts";
import { panel } from "./style.ts";

const SLOTS: readonly Slot[] = ["primary", "backup"];

/** Where the encoder sends to, and with which key. Says `encoder-key` (detail: a new key). */
export class FenboEncoder extends LitElement {
  static override properties = {
    store: { attribute: false },
    studio: { attribute: false },
    show: {},
    text: { attribute: false },
    fresh: { state: true },
    asking: { state: true },
    wrong: { state: true },
  };
  declare store: HqStore;
  declare studio: Studio | null;
  /** The id of the show that is on or comes next, or "". */
  declare show: string;
  declare text: HqText;
  declare fresh: NewKey | null;
  declare asking: Slot | null;
  declare wrong: string;

  constructor() {
    super();
    this.fresh = null;
    this.asking = null;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      dl {
        display: grid;
        gap: 4px;
        margin: 0;
      }
      dt {
        margin-top: 6px;
        font-size: 14px;
        color: var(--sheet-dim);
      }
      dd {
        margin: 0;
      }
    `,
  ];

  override render() {
    const { studio, text } = this;
    if (studio === null) return html`<section class="panel"><p class="dim">${text.loading}</p></section>`;
    return html`<section class="panel" aria-label=${text.encoder}>
      <h2>${text.encoder}</h2>
      <dl>
        <dt>${text.rtmpUrl}</dt>
        <dd><fenbo-copy .value=${studio.rtmp_url} .what=${text.rtmpUrl} .text=${text}></fenbo-copy></dd>
        ${SLOTS.map((slot) => this.key(studio, slot))}
        <dt>${text.whipUrl}</dt>
        <dd><fenbo-copy .value=${studio.whip_url} .what=${text.whipUrl} .text=${text}></fenbo-copy></dd>
      </dl>
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private key(studio: Studio, slot: Slot): TemplateResult {
    const { text, fresh } = this;
    const name = text.keys[slot] ?? slot;
    const known = studio.keys.find((key) => key.slot === slot);
    const shown =
      fresh?.slot === slot
        ? html`<fenbo-copy .value=${fresh.stream_key} .what=${name} .text=${text}></fenbo-copy>
            <p class="small"><span class="tag warn">${text.keyOnce}</span></p>`
        : nothing;
    return html`<dt>${name}</dt>
      <dd>
        ${shown}
        <div class="row apart">
          <span class="dim">${known === undefined ? text.noKey : text.keyHint(known.hint)}</span>
          ${this.asking === slot ? this.sure(slot) : this.askButton(slot, name, known !== undefined)}
        </div>
        ${
          known === undefined
            ? nothing
            : html`<fenbo-stream-key .store=${this.store} .studio=${studio} .known=${known} .show=${this.show} .text=${text}></fenbo-stream-key>`
        }
      </dd>`;
  }

  private askButton(slot: Slot, name: string, exists: boolean): TemplateResult {
    const ask = () => {
      if (exists) this.asking = slot;
      else void this.rotate(slot);
    };
    return html`<button class="act" aria-label="${this.text.rotate}: ${name}" @click=${ask}>${this.text.rotate}</button>`;
  }

  private sure(slot: Slot): TemplateResult {
    const { text } = this;
    const back = () => {
      this.asking = null;
    };
    return html`<span class="row" role="alert"
      >${text.rotateSure}
      <button class="act hard" @click=${() => this.rotate(slot)}>${text.rotate}</button>
      <button class="act" @click=${back}>${text.cancel}</button></span
    >`;
  }

  private async rotate(slot: Slot): Promise<void> {
    this.asking = null;
    try {
      this.fresh = await this.store.api.rotateKey(slot);
      this.dispatchEvent(new CustomEvent<NewKey>("encoder-key", { detail: this.fresh }));
      this.wrong = "";
      this.store.look();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-encoder", FenboEncoder);
