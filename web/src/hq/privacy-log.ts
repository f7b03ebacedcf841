import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Access } from "../api/hq-privacy.ts";
import { formatMoment } from "../times.ts";
import { PrivacyPart } from "./privacy-part.ts";

const SHOWN_MAX = 3;

/** Who saw, took away, held or erased personal data, the latest first. */
export class FenboPrivacyLog extends PrivacyPart {
  static override properties = { ...PrivacyPart.properties, log: { state: true }, ended: { state: true } };
  declare log: readonly Access[] | null;
  /** Nothing is older than what is shown. */
  declare ended: boolean;

  constructor() {
    super();
    this.log = null;
    this.ended = true;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("mark")) void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    this.log = await this.api.accesses(null);
    this.ended = this.log.length === 0;
  }

  private async older(): Promise<void> {
    const { log } = this;
    if (log === null) return;
    await this.attempt(async () => {
      const more = await this.api.accesses(log.at(-1)?.access ?? null);
      if (log !== this.log) return; // read anew meanwhile
      this.log = [...log, ...more];
      this.ended = more.length === 0;
    });
  }

  override render() {
    const { privacy } = this.text;
    return html`<section class="panel" aria-label=${privacy.log}>
      <h2>${privacy.log}</h2>
      <p class="wrong" role="alert">${this.besides([])}</p>
      ${this.log === null ? nothing : this.log.length === 0 ? html`<p class="dim">${privacy.noLog}</p>` : this.table(this.log)}
      ${this.ended ? nothing : html`<p><button class="act" @click=${this.older}>${privacy.older}</button></p>`}
    </section>`;
  }

  private table(log: readonly Access[]): TemplateResult {
    const { privacy, language } = this.text;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${privacy.log}><table>
      <thead><tr><th>${privacy.at}</th><th>${privacy.by}</th><th>${privacy.did}</th><th>${privacy.about}</th></tr></thead>
      <tbody>${log.map(
        (each) => html`<tr data-access=${each.access}>
          <td>${formatMoment(each.at, language)}</td>
          <td>${each.by}</td>
          <td>${privacy.kinds[each.kind] ?? each.kind} (${privacy.whats[each.what] ?? each.what})</td>
          <td class="small">${each.rows.slice(0, SHOWN_MAX).join(", ")} ${each.count > SHOWN_MAX ? privacy.more(each.count - SHOWN_MAX) : ""}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
  }
}

customElements.define("fenbo-privacy-log", FenboPrivacyLog);
