import { css, html, LitElement, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { panel } from "./style.ts";
import { type Device, WhipPublisher } from "./whip-publisher.ts";

/** Publishing from this browser: no encoder needed. The stream key is asked for, since the server does not know it. */
export class FenboGoLive extends LitElement {
  static override properties = {
    whipUrl: {},
    streamKey: {},
    text: { attribute: false },
    publisher: { state: true },
    busy: { state: true },
    wrong: { state: true },
  };
  declare whipUrl: string;
  declare streamKey: string;
  declare text: HqText;
  declare publisher: WhipPublisher | null;
  declare busy: boolean;
  declare wrong: string;

  constructor() {
    super();
    this.streamKey = "";
    this.publisher = null;
    this.busy = false;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      video {
        width: 100%;
        max-height: 220px;
        border-radius: 10px;
        background: #101216;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  override render() {
    const { text } = this;
    return html`<section class="panel" aria-label=${text.goLive}>
      <h2>${text.goLive}</h2>
      ${window.isSecureContext ? (this.publisher === null ? this.form() : this.onAir(this.publisher)) : html`<p class="dim">${text.needsHttps}</p>`}
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private form(): TemplateResult {
    const { text, busy } = this;
    const value = this.streamKey;
    return html`<form @submit=${this.submitted}>
      ${field({ label: text.keys.primary ?? "", name: "key", value, type: "password", required: true })}
      <div class="row">
        <button class="act main" name="device" value="camera" ?disabled=${busy}>${text.camera}</button>
        <button class="act" name="device" value="screen" ?disabled=${busy}>${text.screen}</button>
      </div>
    </form>`;
  }

  private onAir(publisher: WhipPublisher): TemplateResult {
    const { text } = this;
    return html`<video autoplay playsinline .muted=${live(true)} .srcObject=${publisher.media} aria-label=${text.ownPicture}></video>
      <div class="row apart">
        <span class="tag live" role="status">${text.onAir}</span>
        <button class="act hard" @click=${this.stop}>${text.stopSending}</button>
      </div>`;
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const device: Device = (event.submitter as HTMLButtonElement | null)?.value === "screen" ? "screen" : "camera";
    this.streamKey = formValues(event.target as HTMLFormElement).key ?? "";
    this.busy = true;
    this.wrong = "";
    try {
      this.publisher = await WhipPublisher.start(device, new URL(this.whipUrl).pathname, this.streamKey, () =>
        this.stop(),
      );
    } catch (error) {
      this.wrong =
        error instanceof Problem ? problemText(error, this.text) : `${this.text.noDevice} (${String(error)})`;
    } finally {
      this.busy = false;
    }
  }

  private stop(): void {
    this.publisher?.stop();
    this.publisher = null;
  }
}

customElements.define("fenbo-go-live", FenboGoLive);
