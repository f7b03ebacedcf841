import { html, type TemplateResult } from "lit";
import type { Cause } from "../api/hq-studio.ts";
import { base } from "../ui/base.ts";
import { StudioPart } from "./studio-part.ts";
import { panel } from "./style.ts";

const CAUSES: readonly Cause[] = ["waiting", "paused"];

/** The merchant's own slates. */
export class FenboSlates extends StudioPart {
  static override styles = [base, panel];

  override render() {
    const text = this.text.studio;
    return html`<section class="panel" aria-label=${text.slates}>
      <h2>${text.slates}</h2>
      <p class="dim small">${text.slatesHint}</p>
      ${CAUSES.map((cause) => this.slate(cause))}
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private slate(cause: Cause): TemplateResult {
    const text = this.text.studio;
    const own = this.studio.slates.includes(cause);
    const name = text.causes[cause];
    return html`<div class="row apart">
      <span>${name}: <b>${own ? text.own : text.standard}</b></span>
      <span class="row">
        <input
          type="file"
          hidden
          id=${cause}
          accept="image/png,image/jpeg,video/mp4"
          aria-label="${text.choose}: ${name}"
          @change=${(event: Event) => this.put(cause, event.target as HTMLInputElement)}
        />
        <button class="act" aria-label="${text.choose}: ${name}" @click=${() => this.renderRoot.querySelector<HTMLInputElement>(`#${cause}`)?.click()}>
          ${text.choose}
        </button>
        <button class="act" ?disabled=${!own} @click=${() => this.act(this.api.removeSlate(cause))}>${text.remove}</button>
      </span>
    </div>`;
  }

  private put(cause: Cause, input: HTMLInputElement): void {
    const file = input.files?.[0];
    if (file !== undefined) void this.act(this.api.putSlate(cause, file));
    input.value = "";
  }
}

customElements.define("fenbo-slates", FenboSlates);
