import { html, nothing, type TemplateResult } from "lit";
import type { StreamKey } from "../api/hq-studio.ts";
import { formatMoment, fromLocalInput } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { StudioPart } from "./studio-part.ts";
import { panel } from "./style.ts";

/** How long a stream key is good and for which show; its end. */
export class FenboStreamKey extends StudioPart {
  static override properties = { known: { attribute: false }, show: {}, asking: { state: true } };
  declare known: StreamKey;
  /** The id of the show above, or "". */
  declare show: string;
  declare asking: boolean;

  constructor() {
    super();
    this.asking = false;
  }

  static override styles = [base, formStyle, panel];

  override render() {
    const text = this.text.studio;
    return html`<details>
      <summary class="small">${text.limits}: ${this.said()}</summary>
      <form @submit=${this.limit}>
        ${field({ label: text.validFrom, name: "valid_from", type: "datetime-local" })}
        ${field({ label: text.validUntil, name: "valid_until", type: "datetime-local" })}
        ${
          this.show === ""
            ? nothing
            : html`<p><input type="checkbox" id="only" name="only" /> <label for="only" style="display:inline">${text.onlyThisShow}</label></p>`
        }
        <div class="row">
          <button class="act">${text.setLimits}</button>
          ${this.asking ? this.sure() : html`<button type="button" class="act hard" @click=${this.ask}>${text.revoke}</button>`}
        </div>
        <p class="wrong" role="alert">${this.wrong}</p>
      </form>
    </details>`;
  }

  private said(): string {
    const text = this.text.studio;
    const { valid_from: from, valid_until: until, only_show: only } = this.known;
    const parts = [
      from === null ? "" : text.from(formatMoment(from, this.text.language)),
      until === null ? "" : text.until(formatMoment(until, this.text.language)),
      only === null ? "" : text.onlyShow,
    ].filter(Boolean);
    return parts.length === 0 ? text.noLimits : parts.join(" · ");
  }

  private sure(): TemplateResult {
    const text = this.text.studio;
    const back = () => {
      this.asking = false;
    };
    return html`<span class="row" role="alert"
      >${text.revokeSure}
      <button type="button" class="act hard" @click=${() => this.act(this.api.revokeKey(this.known.slot))}>${text.revoke}</button>
      <button type="button" class="act" @click=${back}>${this.text.cancel}</button></span
    >`;
  }

  private ask(): void {
    this.asking = true;
  }

  private async limit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = formValues(event.target as HTMLFormElement);
    await this.act(
      this.api.limitKey(this.known.slot, {
        valid_from: fromLocalInput(values.valid_from ?? ""),
        valid_until: fromLocalInput(values.valid_until ?? ""),
        show: values.only === undefined ? null : this.show,
      }),
    );
  }
}

customElements.define("fenbo-stream-key", FenboStreamKey);
