import { css, html, nothing, type TemplateResult } from "lit";
import type { Advice, Slot, Source } from "../api/hq-studio.ts";
import { base } from "../ui/base.ts";
import { StudioPart } from "./studio-part.ts";
import { panel } from "./style.ts";

/** What is sent, what viewers see of it, and the switch between them. */
export class FenboSources extends StudioPart {
  static override properties = { replacing: { state: true } };
  declare replacing: Slot | null;

  constructor() {
    super();
    this.replacing = null;
  }

  static override styles = [
    base,
    panel,
    css`
      article {
        padding: 10px 0;
        border-bottom: 1px solid var(--sheet-line);
      }
      article p {
        margin: 4px 0 0;
      }
      .warning {
        padding: 8px 10px;
        border-radius: 9px;
        background: #fff0d2;
        color: #6b4500;
        font-size: 14px;
      }
      label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 44px;
      }
      input {
        width: 24px;
        height: 24px;
        flex: none;
      }
    `,
  ];

  override render() {
    const { studio } = this;
    const text = this.text.studio;
    const on = text.on[studio.on ?? "none"];
    return html`<section class="panel" aria-label=${text.sources}>
      <div class="row apart">
        <h2>${text.sources}</h2>
        <span class="tag ${studio.on === "slate" ? "warn" : studio.on === null ? "" : "good"}" role="status">${text.seen}: ${on}</span>
      </div>
      ${studio.sources.length === 0 ? html`<p class="dim">${text.nothing}</p>` : studio.sources.map((source) => this.source(source))}
      ${
        studio.chosen === null
          ? nothing
          : html`<p><button class="act" @click=${() => this.act(this.api.choose("automatic"))}>${text.automatic}</button></p>`
      }
      <label
        ><input type="checkbox" .checked=${studio.back === "automatic"} @change=${this.setBack} />${text.back}</label
      >
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private source(source: Source): TemplateResult {
    const text = this.text.studio;
    const name = text.slots[source.slot] ?? source.slot;
    const facts = [source.video, source.audio];
    if (source.gop_seconds > 0) facts.push(this.text.gop(source.gop_seconds.toFixed(1)));
    if (source.jitter_ms >= 1) facts.push(this.text.jitter(Math.round(source.jitter_ms)));
    return html`<article aria-label=${name}>
      <div class="row apart">
        <span class="tag ${source.state === "on" ? "good" : ""}">${name} · ${text.state[source.state] ?? source.state}</span>
        <span class="row">${this.switches(source, name)}</span>
      </div>
      <p class="small dim">${source.encoder}</p>
      <p class="small">${facts.filter(Boolean).join(" · ")}</p>
      ${source.advice.map((one, at) => html`<p class="warning" role="status">${this.said(one, source.warnings[at] ?? "")}</p>`)}
      ${this.replacing === source.slot ? html`<p class="small" role="status">${text.replacing}</p>` : nothing}
    </article>`;
  }

  private switches(source: Source, name: string): TemplateResult {
    const text = this.text.studio;
    const shown = this.studio.on === source.slot && this.studio.chosen === source.slot;
    const replace = async () => {
      if (await this.act(this.api.takeOver(source.slot))) this.replacing = source.slot;
    };
    return html`${
      shown || this.studio.sources.length < 2
        ? nothing
        : html`<button class="act" @click=${() => this.act(this.api.choose(source.slot))}>${text.take(name)}</button>`
    }<button class="act" @click=${replace}>${text.replace}</button>`;
  }

  /** In the page's language where it knows the word; otherwise as the server says it. */
  private said(advice: Advice, asTold: string): string {
    return this.text.studio.advice[advice.kind]?.(Math.round(advice.number)) ?? asTold;
  }

  private async setBack(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const wanted = box.checked;
    // refused: as it was, since a studio that says the same moves no box
    if (!(await this.act(this.api.setBack(wanted ? "automatic" : "manual")))) box.checked = !wanted;
  }
}

customElements.define("fenbo-sources", FenboSources);
