import { css, html, LitElement } from "lit";
import { HqPrivacyApi } from "../api/hq-privacy.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import "./privacy-days.ts";
import "./privacy-holds.ts";
import "./privacy-log.ts";
import "./privacy-person.ts";
import type { HqStore } from "./store.ts";

/** Everything about personal data: one person's, what is held, how long they are kept, and who saw them. */
export class FenboPrivacy extends LitElement {
  static override properties = { store: { attribute: false }, text: { attribute: false }, mark: { state: true } };
  declare store: HqStore;
  declare text: HqText;
  /** Counts what was done here, so that the other parts look again. */
  declare mark: number;
  private api: HqPrivacyApi | null = null;

  constructor() {
    super();
    this.mark = 1;
  }

  static override styles = [
    base,
    css`
      :host,
      div {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      @media (min-width: 1000px) {
        :host {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  override willUpdate(): void {
    this.api ??= new HqPrivacyApi(this.store.api);
  }

  override render() {
    const { api, store, text, mark } = this;
    const moved = () => {
      this.mark++;
    };
    return html`<div @privacy-moved=${moved}>
        <fenbo-privacy-person .store=${store} .api=${api} .text=${text}></fenbo-privacy-person>
        <fenbo-privacy-holds .store=${store} .api=${api} .mark=${mark} .text=${text}></fenbo-privacy-holds>
      </div>
      <div @privacy-moved=${moved}>
        <fenbo-privacy-days .store=${store} .api=${api} .text=${text}></fenbo-privacy-days>
        <fenbo-privacy-log .store=${store} .api=${api} .mark=${mark} .text=${text}></fenbo-privacy-log>
      </div>`;
  }
}

customElements.define("fenbo-privacy", FenboPrivacy);
