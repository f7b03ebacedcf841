import { html, nothing, type TemplateResult } from "lit";
import type { Restream } from "../api/hq-studio.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { StudioPart } from "./studio-part.ts";
import { panel } from "./style.ts";

/** Where the broadcast is pushed to as well. */
export class FenboRestreams extends StudioPart {
  static override styles = [base, formStyle, panel];

  override render() {
    const text = this.text.studio;
    return html`<section class="panel" aria-label=${text.restreams}>
      <h2>${text.restreams}</h2>
      <p class="dim small">${text.restreamsHint}</p>
      ${this.studio.restreams.map((one) => this.target(one))}
      <details>
        <summary>${text.add}</summary>
        <form @submit=${this.add}>
          ${field({ label: text.restreamName, name: "name", required: true, placeholder: "my-other-channel" })}
          ${field({ label: text.restreamUrl, name: "url", type: "password", required: true, placeholder: "rtmps://HOST/APP/KEY" })}
          <p class="hint">${text.restreamSecret}</p>
          <button class="act main">${text.add}</button>
        </form>
      </details>
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private target(one: Restream): TemplateResult {
    const text = this.text.studio;
    const kind = one.state === "sending" ? "good" : one.state === "retrying" || one.state === "missing" ? "warn" : "";
    return html`<div class="row apart">
        <span><b>${one.name}</b> <span class="dim">${one.host}</span> <span class="tag ${kind}" role="status">${text.restreamState[one.state]}</span></span>
        <span class="row">
          ${one.state === "missing" ? this.again(one) : html`<button class="act" @click=${() => this.act(this.api.switchRestream(one.name, !one.enabled))}>${one.enabled ? text.turnOff : text.turnOn}</button>`}
          <button class="act hard" @click=${() => this.act(this.api.removeRestream(one.name))}>${text.delete}</button>
        </span>
      </div>
      ${one.problem === "" ? nothing : html`<p class="small dim">${one.problem}</p>`}`;
  }

  /** Its address is typed once more, and it sends again under its name. */
  private again(one: Restream): TemplateResult {
    const text = this.text.studio;
    return html`<form class="row" @submit=${this.add}>
      <input type="hidden" name="name" .value=${one.name} />
      <input type="password" name="url" required placeholder="rtmps://HOST/APP/KEY" aria-label=${text.restreamUrl} />
      <button class="act main">${text.add}</button>
    </form>`;
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { name = "", url = "" } = formValues(form);
    if (await this.act(this.api.putRestream(name, url))) form.reset();
  }
}

customElements.define("fenbo-restreams", FenboRestreams);
