import { html, LitElement, nothing } from "lit";
import type { PartnerTerms } from "../api/partners-api.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { joiningEn } from "../text/joining-en.ts";
import { joiningZh } from "../text/joining-zh.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** The terms under which partners come and leave. */
export class FenboTreeTerms extends LitElement {
  static override properties = {
    store: { attribute: false },
    text: { attribute: false },
    terms: { state: true },
    problem: { state: true },
    saved: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare terms: PartnerTerms | null;
  declare problem: Problem | null;
  declare saved: boolean;

  constructor() {
    super();
    this.terms = null;
    this.problem = null;
    this.saved = false;
  }

  static override styles = [base, formStyle, panel];

  override firstUpdated(): void {
    this.store.api.partners.terms().then(
      (terms) => {
        this.terms = terms;
      },
      () => undefined,
    );
  }

  override render() {
    const { terms, text, problem } = this;
    if (terms === null) return nothing;
    const words = text.partners;
    return html`<section class="panel" aria-label=${words.terms}>
      <h2>${words.terms}</h2>
      <form @submit=${this.save}>
        ${field({ label: words.days, name: "passing_days", value: String(terms.passing_days), type: "number", wrong: problem?.at("passing_days") ?? "", required: true })}
        <label class="tick"><input type="checkbox" name="approve_invited" ?checked=${terms.approve_invited} />${(text.language.startsWith("zh") ? joiningZh : joiningEn).approveInvited}</label>
        <p class="wrong" role="alert">${problem === null ? "" : problemText(problem, text, ["passing_days"])}</p>
        <div class="row"><button class="act main">${words.move}</button><span role="status">${this.saved ? words.saved : ""}</span></div>
      </form>
    </section>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = formValues(event.target as HTMLFormElement);
    this.saved = false;
    try {
      this.terms = await this.store.api.partners.setTerms({
        passing_days: Number(values.passing_days),
        approve_invited: "approve_invited" in values,
      });
      this.problem = null;
      this.saved = true;
    } catch (error) {
      this.problem = error as Problem;
    }
  }
}

customElements.define("fenbo-tree-terms", FenboTreeTerms);
