import { css, html, LitElement, nothing } from "lit";
import type { GoodsRead } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Products out as CSV and in again: a file is looked at first, and comes in as a whole or not at all. */
export class FenboGoodsSheet extends LitElement {
  static override properties = {
    store: { attribute: false },
    text: { attribute: false },
    read: { state: true },
    wrong: { state: true },
  };
  declare store: HqStore;
  declare text: HqText;
  declare read: GoodsRead | null;
  declare wrong: string;
  private csv = "";

  constructor() {
    super();
    this.read = null;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      a.act {
        text-decoration: none;
        margin-bottom: 14px;
      }
    `,
  ];

  override render() {
    const { sales } = this.text;
    return html`<section class="panel" aria-label=${sales.importGoods}>
      <p><a class="act" href="/api/v1/hq/products.csv" download>${sales.exportGoods}</a></p>
      <form @submit=${(event: SubmitEvent) => event.preventDefault()}>
        <label>${sales.importGoods}<input type="file" accept=".csv,text/csv" @change=${this.chosen} /></label>
        <p class="hint">${sales.sheetHint}</p>
      </form>
      <p class="wrong" role="alert">${this.wrong}</p>
      ${this.read === null ? nothing : this.result(this.read)}
    </section>`;
  }

  private result(read: GoodsRead) {
    const { sales } = this.text;
    if (read.mistakes.length > 0) {
      return html`<ul class="wrong" role="alert">
        ${read.mistakes.map(({ line, column, detail }) => html`<li>${sales.sheetWrong(line, column)}: ${detail}</li>`)}
      </ul>`;
    }
    if (read.applied) return html`<p role="status">${sales.sheetDone(read.products)}</p>`;
    return html`<p role="status">${sales.sheetRead(read.products, read.skus)}</p>
      <button class="act main" @click=${() => this.send(true)}>${sales.sheetApply}</button>`;
  }

  private async chosen(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file === undefined) return;
    this.csv = await file.text();
    await this.send(false);
  }

  private async send(apply: boolean): Promise<void> {
    try {
      this.read = await this.store.api.readSheet(this.csv, apply);
      this.wrong = "";
      if (this.read.applied) this.store.refresh();
    } catch (error) {
      this.read = null;
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-goods-sheet", FenboGoodsSheet);
