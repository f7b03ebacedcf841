import { html, nothing, type TemplateResult } from "lit";
import type { Retention } from "../api/hq-privacy.ts";
import { field, formValues } from "../ui/form.ts";
import { PrivacyPart } from "./privacy-part.ts";
import { count } from "./rates.ts";

const KINDS = ["chat_days", "touch_days", "contact_days"] as const;

/** How long personal data are kept. To keep them shorter erases, so that is asked twice. */
export class FenboPrivacyDays extends PrivacyPart {
  static override properties = {
    ...PrivacyPart.properties,
    days: { state: true },
    wanted: { state: true },
    saved: { state: true },
  };
  declare days: Retention | null;
  /** What he is asked about, if he means it. */
  declare wanted: Retention | null;
  declare saved: boolean;
  private tag = "";

  constructor() {
    super();
    this.days = null;
    this.wanted = null;
    this.saved = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.load());
  }

  private async load(): Promise<void> {
    const { found, tag } = await this.api.retention();
    this.days = found;
    this.tag = tag;
  }

  override render() {
    const { privacy } = this.text;
    return html`<section class="panel" aria-label=${privacy.days}>
      <h2>${privacy.days}</h2>
      <p class="hint">${privacy.daysHint}</p>
      ${this.days === null ? nothing : this.form(this.days)}
      <p class="wrong" role="alert">${this.besides(KINDS)}</p>
    </section>`;
  }

  private form(days: Retention): TemplateResult {
    const { privacy, save, saved } = this.text;
    const one = (name: (typeof KINDS)[number]) =>
      field({
        label: privacy[name],
        name,
        value: days[name] === null ? "" : String(days[name]),
        wrong: this.wrongAt(name),
        inputmode: "numeric",
      });
    return html`<form novalidate @submit=${this.submit} @input=${this.touched}>
      <div class="fields">${KINDS.map(one)}</div>
      ${this.wanted === null ? html`<p class="row"><button class="act main">${save}</button><span role="status">${this.saved ? saved : ""}</span></p>` : this.sure(this.wanted)}
    </form>`;
  }

  private sure(wanted: Retention): TemplateResult {
    const { privacy, cancel } = this.text;
    return html`<div class="note row" role="alert">
      <span>${privacy.daysSure}</span>
      <button type="button" class="act hard" @click=${() => this.keep(wanted)}>${privacy.daysYes}</button>
      <button type="button" class="act" @click=${this.touched}>${cancel}</button>
    </div>`;
  }

  private touched(): void {
    this.wanted = null;
    this.saved = false;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { days } = this;
    const values = formValues(event.target as HTMLFormElement);
    this.saved = false;
    await this.attempt(async () => {
      const wanted = readDays(values);
      if (KINDS.some((name) => days !== null && isShorter(wanted[name], days[name]))) this.wanted = wanted;
      else await this.save(wanted);
    });
  }

  private async keep(wanted: Retention): Promise<void> {
    this.wanted = null;
    await this.attempt(() => this.save(wanted));
  }

  private async save(wanted: Retention): Promise<void> {
    try {
      await this.api.keep(wanted, this.tag);
      this.saved = true;
    } finally {
      await this.load(); // also when another has changed them: he sees what they are now
    }
    this.moved();
  }
}

function isShorter(wanted: number | null, now: number | null): boolean {
  return wanted !== null && (now === null || wanted < now);
}

/** Throws NotANumber. */
function readDays(values: Record<string, string>): Retention {
  const days = (name: string) => (values[name] === "" || values[name] === undefined ? null : count(values[name], name));
  return { chat_days: days("chat_days"), touch_days: days("touch_days"), contact_days: days("contact_days") };
}

customElements.define("fenbo-privacy-days", FenboPrivacyDays);
