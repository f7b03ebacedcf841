import { css, html, type PropertyValues, type TemplateResult } from "lit";
import type { OrderApi, Restricted } from "../api/hq-talk.ts";
import { formatMoment } from "../times.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

/** Who may not speak or come in now. */
export class FenboTalkRestricted extends Acting<OrderApi> {
  static override properties = { ...Acting.properties, done: { type: Number }, found: { state: true } };
  declare done: number;
  declare found: readonly Restricted[];
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
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 10px;
        padding: 8px 0;
        border-bottom: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("done")) void this.load();
  }

  override render() {
    const { talk } = this.text;
    return html`<section class="panel" aria-label=${talk.restricted}>
      <h2>${talk.restricted}</h2>
      <p class="wrong" role="alert">${this.wrong}</p>
      ${this.found.length === 0 ? html`<p class="dim">${talk.nobodyRestricted}</p>` : html`<ul>${this.found.map((one) => this.row(one))}</ul>`}
    </section>`;
  }

  private row(one: Restricted): TemplateResult {
    const { talk, language } = this.text;
    const name = one.name || one.viewer;
    const until = one.ends_at === null ? "" : this.text.room.talk.until(formatMoment(one.ends_at, language));
    return html`<li>
      <span
        ><b>${name}</b> ${talk.kinds[one.kind]}
        <span class="dim small">${one.room === null ? talk.inAll : talk.inRoom(one.room)} ${until} ${one.reason}</span></span
      >
      <button class="act" @click=${() => this.act(() => this.api.lift(one.restriction))} aria-label=${talk.lift(name)}>${talk.grant}</button>
    </li>`;
  }

  private async load(): Promise<void> {
    const show = (found: readonly Restricted[]) => Object.assign(this, { found });
    await this.newest.take(this.api.restrictions(), show).catch(() => undefined); // what is shown stays
  }
}

customElements.define("fenbo-talk-restricted", FenboTalkRestricted);
