import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Dispute } from "../api/partners-api.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { disputeBody } from "../ui/dispute.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Whose is he? What channels claim, and where HQ answers and decides. */
export class FenboDisputes extends LitElement {
  static override properties = {
    store: { attribute: false },
    text: { attribute: false },
    disputes: { state: true },
    problem: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare disputes: readonly Dispute[];
  declare problem: Problem | null;

  constructor() {
    super();
    this.disputes = [];
    this.problem = null;
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
    this.disputes = await this.store.api.partners.disputes().catch(() => []);
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
    await this.attempt(() => this.store.api.partners.answer(dispute, answer));
  }

  private async decide(event: SubmitEvent, dispute: string): Promise<void> {
    event.preventDefault();
    const { reason = "" } = formValues(event.target as HTMLFormElement);
    const outcome = (event.submitter as HTMLButtonElement).value as "stays" | "moved";
    await this.attempt(() => this.store.api.partners.decide(dispute, outcome, reason));
  }

  private async attempt(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
    }
    await this.load();
  }
}

customElements.define("fenbo-disputes", FenboDisputes);
