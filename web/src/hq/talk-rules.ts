import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { OrderApi, RoomRule } from "../api/hq-talk.ts";
import type { Channel } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

/** Slow mode, closed chat and approval: of one room, or of all. */
export class FenboTalkRules extends Acting<OrderApi> {
  static override properties = {
    ...Acting.properties,
    channels: { attribute: false },
    own: {},
    rules: { state: true },
    room: { state: true },
    saved: { state: true },
  };
  declare channels: readonly Channel[];
  /** The one room that there is, at a desk; "" at HQ, which chooses. */
  declare own: string;
  /** Null until they are known: what is typed into a form that guesses would be lost, or saved over them. */
  declare rules: readonly RoomRule[] | null;
  declare room: string;
  declare saved: boolean;
  private readonly newest = new Newest();

  constructor() {
    super();
    this.channels = [];
    this.own = "";
    this.rules = null;
    this.room = "";
    this.saved = false;
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
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
    `,
  ];

  override firstUpdated(_changed: PropertyValues): void {
    void this.load();
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("own")) this.room = this.own;
  }

  override render() {
    const { text, room, own } = this;
    const { talk } = text;
    const rule = this.rules?.find((one) => (one.room ?? "") === room);
    const heading = own === "" ? talk.rules : talk.ownRules;
    if (this.rules === null) return this.waiting(heading);
    return html`<section class="panel" aria-label=${heading}>
      <h2>${heading}</h2>
      <form @submit=${this.save}>
        ${own === "" ? this.chooser() : nothing}
        ${field({ label: talk.slow, name: "slow", value: String(rule?.slow_seconds ?? 0), inputmode: "numeric" })}
        <label class="check"><input type="checkbox" name="muted" .checked=${rule?.muted ?? false} />${talk.nobody}</label>
        <label class="check"><input type="checkbox" name="held" .checked=${rule?.held ?? false} />${talk.held}</label>
        <p class="wrong" role="alert">${this.wrong}</p>
        <div class="row"><button class="act main">${text.save}</button><span role="status">${this.saved ? text.saved : ""}</span></div>
      </form>
    </section>`;
  }

  private waiting(heading: string): TemplateResult {
    const { text, wrong } = this;
    return html`<section class="panel" aria-label=${heading}>
      <h2>${heading}</h2>
      ${wrong === "" ? html`<p class="dim">${text.loading}</p>` : html`<p class="wrong" role="alert">${wrong}</p><button class="act" @click=${this.load}>${text.again}</button>`}
    </section>`;
  }

  private chooser(): TemplateResult {
    const { talk } = this.text;
    const choose = (event: Event) => {
      this.room = (event.target as HTMLSelectElement).value;
      this.saved = false;
    };
    return html`<label
      >${talk.where}<select name="room" @change=${choose}>
        <option value="">${talk.inAll}</option>
        ${this.channels.map((one) => html`<option value=${one.room} ?selected=${one.room === this.room}>${one.name}</option>`)}
      </select></label
    >`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { slow = "", muted, held } = formValues(event.target as HTMLFormElement);
    const slow_seconds = Number(slow);
    if (!Number.isInteger(slow_seconds)) {
      this.problem = new Problem(422, this.text.badCount);
      return;
    }
    const rule = { slow_seconds, muted: muted !== undefined, held: held !== undefined };
    this.saved = await this.act(() => this.api.setRule({ room: this.room || null, ...rule }));
    if (this.saved) await this.load();
  }

  private async load(): Promise<void> {
    const show = (rules: readonly RoomRule[]) => Object.assign(this, { rules });
    await this.attempt(() => this.newest.take(this.api.rules(), show));
  }
}

customElements.define("fenbo-talk-rules", FenboTalkRules);
