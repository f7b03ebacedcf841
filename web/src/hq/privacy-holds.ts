import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { LegalHold } from "../api/hq-privacy.ts";
import { formatMoment } from "../times.ts";
import { PrivacyPart } from "./privacy-part.ts";

/** What may not be erased, and why. */
export class FenboPrivacyHolds extends PrivacyPart {
  static override properties = { ...PrivacyPart.properties, holds: { state: true }, asking: { state: true } };
  declare holds: readonly LegalHold[] | null;
  /** The hold of which he is asked if he means to end it. */
  declare asking: string;

  constructor() {
    super();
    this.holds = null;
    this.asking = "";
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("mark")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    this.holds = await this.api.holds();
  }

  override render() {
    const { privacy } = this.text;
    return html`<section class="panel" aria-label=${privacy.holds}>
      <h2>${privacy.holds}</h2>
      <p class="wrong" role="alert">${this.besides([])}</p>
      ${this.holds === null ? nothing : this.holds.length === 0 ? html`<p class="dim">${privacy.noHolds}</p>` : html`<ul>${this.holds.map((each) => this.row(each))}</ul>`}
    </section>`;
  }

  private row(each: LegalHold): TemplateResult {
    const { privacy, language } = this.text;
    const about = each.order === null ? `${privacy.buyer} ${each.viewer}` : `${privacy.order} ${each.order}`;
    return html`<li data-hold=${each.hold}>
      <div class="row apart">
        <span>${about}</span>
        ${each.lifted_at === null ? this.end(each, about) : html`<span class="tag">${privacy.lifted}</span>`}
      </div>
      <p class="small">${each.reason}</p>
      <p class="small dim">${each.by}, ${formatMoment(each.at, language)}${each.lifted_at === null ? "" : ` – ${formatMoment(each.lifted_at, language)}`}</p>
    </li>`;
  }

  private end({ hold }: LegalHold, about: string): TemplateResult {
    const { privacy, cancel } = this.text;
    const ask = (hold: string) => () => {
      this.asking = hold;
    };
    if (this.asking !== hold)
      return html`<button class="act" aria-label="${privacy.lift}: ${about}" @click=${ask(hold)}>${privacy.lift}</button>`;
    return html`<span class="row" role="alert"
      >${privacy.liftSure}
      <button class="act hard" @click=${() => this.lift(hold)}>${privacy.liftYes}</button>
      <button class="act" @click=${ask("")}>${cancel}</button></span
    >`;
  }

  private async lift(hold: string): Promise<void> {
    this.asking = "";
    await this.attempt(() => this.api.lift(hold));
    this.moved();
  }
}

customElements.define("fenbo-privacy-holds", FenboPrivacyHolds);
