import type { HqPrivacyApi } from "../api/hq-privacy.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { moneyStyle } from "./money-part.ts";
import { HqPart } from "./part.ts";
import { panel } from "./style.ts";

/** A part of the page about personal data. `mark` changes when something was done elsewhere on it. */
export class PrivacyPart extends HqPart {
  static override properties = { ...HqPart.properties, api: { attribute: false }, mark: {} };
  declare api: HqPrivacyApi;
  declare mark: number;

  constructor() {
    super();
    this.mark = 0;
  }

  static override styles = [base, formStyle, panel, moneyStyle];

  /** The other parts look again. */
  protected moved(): void {
    this.dispatchEvent(new CustomEvent("privacy-moved", { bubbles: true, composed: true }));
  }
}
