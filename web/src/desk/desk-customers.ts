import { css, html, nothing, type TemplateResult } from "lit";
import type { Customer, DeskApi } from "../api/desk-api.ts";
import { panel } from "../hq/style.ts";
import type { DeskText } from "../text/desk.ts";
import type { Language } from "../text/language.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { save } from "../ui/save.ts";

/** A partner's customers, masked; why each is his; and all of it, in full, to take away. */
export class FenboDeskCustomers extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    csrf: { attribute: false },
    customers: { attribute: false },
    owns: { type: Boolean },
    text: { attribute: false },
    language: {},
    reasons: { state: true },
    told: { state: true },
  };
  declare api: DeskApi;
  declare csrf: () => Promise<string>;
  declare customers: readonly Customer[];
  /** Whether they are his to take away. */
  declare owns: boolean;
  declare text: DeskText;
  declare language: Language;
  declare reasons: ReadonlyMap<string, readonly string[]>;
  declare told: string;

  constructor() {
    super();
    this.reasons = new Map();
    this.told = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
      }
      .reasons {
        margin-top: 6px;
        padding: 8px 12px;
        border-radius: 9px;
        background: var(--sheet-soft);
      }
      .tick {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 44px;
      }
      .tick input {
        flex: none;
        width: 24px;
        min-height: 24px;
      }
    `,
  ];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("language")) this.reasons = new Map();
  }

  override render() {
    const { text } = this;
    return html`<section class="panel" aria-label=${text.customers}>
      <h2>${text.customers}</h2>
      ${this.customers.length === 0 ? html`<p class="dim">${text.none}</p>` : nothing}
      <ul>${this.customers.map((customer) => this.customer(customer))}</ul>
      ${this.owns ? this.takingAway() : nothing}
      <p class="wrong" role="alert">${this.problem === null ? "" : this.problem.message || text.failed}</p>
    </section>`;
  }

  private takingAway(): TemplateResult {
    const { text } = this;
    return html`<details>
        <summary>${text.takeAway}</summary>
        <p class="hint">${text.takeAwayHint}</p>
        <form @submit=${this.take}>
          <label class="tick"><input type="checkbox" name="consent" required />${text.consent}</label>
          <p><button class="act main">${text.takeAwayNow}</button> <span role="status">${this.told}</span></p>
        </form>
      </details>`;
  }

  private customer(customer: Customer): TemplateResult {
    const { text } = this;
    const reasons = this.reasons.get(customer.viewer);
    const name = customer.name === "" ? text.anonymous : `${customer.name} ${customer.phone}`;
    return html`<li>
      <div class="row apart">
        <span>${name}</span>
        <button class="act" aria-expanded=${reasons !== undefined} aria-label="${text.why} ${name}" @click=${() => this.why(customer.viewer)}>${text.why}</button>
      </div>
      <p class="dim small">${text.since} ${new Date(customer.since).toLocaleDateString(this.language)} · ${text.ordered(customer.orders)}</p>
      ${reasons === undefined ? nothing : html`<div class="reasons small">${reasons.map((each) => html`<p>${each}</p>`)}</div>`}
    </li>`;
  }

  private async why(viewer: string): Promise<void> {
    if (this.reasons.has(viewer)) {
      this.reasons = new Map([...this.reasons].filter(([each]) => each !== viewer));
      return;
    }
    await this.attempt(async () => {
      const { language } = this;
      const { words } = await this.api.whyCustomer(viewer, language);
      if (language === this.language) this.reasons = new Map(this.reasons).set(viewer, words);
    });
  }

  private async take(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    this.told = this.text.packing;
    const done = await this.attempt(async () => {
      save(await this.api.takeAway(await this.csrf()), "fenbo-export.zip");
      form.reset();
    });
    this.told = done ? this.text.packed : "";
  }
}

customElements.define("fenbo-desk-customers", FenboDeskCustomers);
