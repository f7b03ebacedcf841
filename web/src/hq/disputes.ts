import { css, html, nothing, type TemplateResult } from "lit";
import type { Dispute } from "../api/partners-api.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { disputeBody } from "../ui/dispute.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Newest } from "../ui/newest.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Whose is he? What channels claim, and where HQ answers and decides. */
export class FenboDisputes extends Attempting {
  static override properties = {
    ...Attempting.properties,
    store: { attribute: false },
    text: { attribute: false },
    disputes: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare disputes: readonly Dispute[];
  private readonly newest = new Newest();

  constructor() {
    super();
    this.disputes = [];
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      li {
        padding: 12px 0;
        border-top: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      form {
        margin-top: 10px;
      }
      .act {
        min-height: 44px;
      }
      summary {
        min-height: 32px;
        cursor: pointer;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  private async load(): Promise<void> {
    const show = (disputes: readonly Dispute[]) => Object.assign(this, { disputes });
    await this.newest.take(this.store.api.partners.disputes(), show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const { text } = this;
    if (this.disputes.length === 0) return nothing;
    return html`<section class="panel" aria-label=${text.partners.disputes}>
      <h2>${text.partners.disputes}</h2>
      <p class="wrong" role="alert">${this.problem === null ? "" : problemText(this.problem, text)}</p>
      <ul>
        ${this.disputes.map((each) => html`<li>${disputeBody(each, text.partners, text.language === "zh" ? "zh" : "en")} ${this.forms(each)}</li>`)}
      </ul>
    </section>`;
  }

  private forms({ dispute, state }: Dispute): TemplateResult | typeof nothing {
    const words = this.text.partners;
    if (state === "decided") return nothing;
    return html`<form @submit=${(event: SubmitEvent) => this.answer(event, dispute)}>
        ${field({ label: words.answer, name: "answer", rows: 2, required: true })}
        <div class="row"><button class="act">${words.sendAnswer}</button></div>
      </form>
      <form @submit=${(event: SubmitEvent) => this.decide(event, dispute)}>
        ${field({ label: words.decision, name: "reason", rows: 2, required: true })}
        <div class="row">
          <button class="act" value="stays">${words.stays}</button><button class="act hard" value="moved">${words.moved}</button>
        </div>
      </form>`;
  }

  private async answer(event: SubmitEvent, dispute: string): Promise<void> {
    event.preventDefault();
    const { answer = "" } = formValues(event.target as HTMLFormElement);
    await this.act(() => this.store.api.partners.answer(dispute, answer));
  }

  private async decide(event: SubmitEvent, dispute: string): Promise<void> {
    event.preventDefault();
    const { reason = "" } = formValues(event.target as HTMLFormElement);
    const outcome = (event.submitter as HTMLButtonElement).value as "stays" | "moved";
    await this.act(() => this.store.api.partners.decide(dispute, outcome, reason));
  }

  /** Does it, and shows how everything is then. */
  private async act(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(what);
    await this.load();
    return done;
  }
}

customElements.define("fenbo-disputes", FenboDisputes);
