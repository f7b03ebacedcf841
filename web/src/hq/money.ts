import { css, html, LitElement } from "lit";
import { HqMoneyApi } from "../api/hq-money.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import "./money-figures.ts";
import "./money-held.ts";
import "./money-lock.ts";
import "./money-owed.ts";
import "./money-plan.ts";
import "./money-settle.ts";
import "./payments.ts";
import "../ui/sharers.ts";
import type { HqStore } from "./store.ts";

/** Everything about money that is earned: how it stands, who is paid, and by which rules. */
export class FenboMoney extends LitElement {
  static override properties = { store: { attribute: false }, text: { attribute: false }, moved: { state: true } };
  declare store: HqStore;
  declare text: HqText;
  /** Counts what was done here, so that figures look again. */
  declare moved: number;
  private api: HqMoneyApi | null = null;

  constructor() {
    super();
    this.moved = 1;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      .column {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        min-width: 0;
      }
      .column > * {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        min-width: 0;
      }
      @media (min-width: 1100px) {
        :host {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  override willUpdate(): void {
    this.api ??= new HqMoneyApi(this.store.api);
  }

  override render() {
    const { api, store, text, moved } = this;
    const acted = () => {
      this.moved++;
    };
    return html`<div class="column" @money-moved=${acted}>
        <fenbo-money-figures .store=${store} .api=${api} .mark=${moved} .text=${text}></fenbo-money-figures>
        <fenbo-sharers side="hq" .shows=${store.shows} .text=${text}></fenbo-sharers>
        <fenbo-money-settle .store=${store} .api=${api} .text=${text}></fenbo-money-settle>
        <fenbo-money-held .store=${store} .api=${api} .mark=${moved} .text=${text}></fenbo-money-held>
        <fenbo-money-owed .store=${store} .api=${api} .mark=${moved} .text=${text}></fenbo-money-owed>
      </div>
      <div class="column">
        <fenbo-money-plan .store=${store} .api=${api} .text=${text}></fenbo-money-plan>
        <fenbo-money-lock .store=${store} .api=${api} .text=${text}></fenbo-money-lock>
        <fenbo-payments .store=${store} .text=${text}></fenbo-payments>
      </div>`;
  }
}

customElements.define("fenbo-money", FenboMoney);
