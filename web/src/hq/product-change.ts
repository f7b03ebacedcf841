import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Product } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import { isUploaded } from "../images.ts";
import { decimal } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { FILE_BYTES_MAX, imageProblem } from "./image-field.ts";
import { readChange } from "./new-product.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

const SKU_FIELDS = ["name", "price", "per_buyer_max", "per_order_max"] as const;

/** A product being changed, as it was read with its tag: what another changed meanwhile is shown, not overwritten. Says `product-done`. */
export class FenboProductChange extends LitElement {
  static override properties = {
    store: { attribute: false },
    name: {},
    text: { attribute: false },
    product: { state: true },
    problem: { state: true },
    file: { state: true },
    removed: { state: true },
    badImage: { state: true },
  };
  declare store: HqStore;
  declare name: string;
  declare text: HqText;
  declare product: Product | null;
  declare problem: Problem | null;
  /** What is to take the picture's place, or whether nothing is. */
  declare file: File | null;
  declare removed: boolean;
  declare badImage: string;
  private tag = "";

  constructor() {
    super();
    this.product = null;
    this.problem = null;
    this.file = null;
    this.removed = false;
    this.badImage = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      fieldset {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      label.tick {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 44px;
      }
      label.tick input {
        width: 24px;
        min-height: 24px;
        height: 24px;
        flex: none;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("name")) void this.read();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("problem")) focusFirstWrong(this.renderRoot);
    if (changed.has("product") && changed.get("product") === null) this.renderRoot.querySelector("input")?.focus();
  }

  override render() {
    const { text, product } = this;
    if (product === null) return html`<p class="wrong" role="alert">${this.rest()}</p>`;
    const wrong = (name: string) => this.problem?.errors.find((error) => error.field === name)?.detail ?? "";
    return html`<section class="panel" aria-label=${text.changeProduct}>
      <h2>${text.changeProduct}</h2>
      <form novalidate @submit=${this.save}>
        ${field({ label: text.name, name: "name", value: product.name, wrong: wrong("name"), required: true })}
        ${field({ label: text.description, name: "description", value: product.description, wrong: wrong("description"), rows: 2 })}
        <fenbo-image-field
          .url=${this.removed ? "" : product.image_url}
          .name=${product.name}
          .file=${this.file}
          .wrong=${this.badImage}
          .text=${text}
          @image-picked=${this.pick}
        ></fenbo-image-field>
        ${this.file === null ? field({ label: text.imageUrl, name: "image_url", value: this.address(product), wrong: wrong("image_url") }) : nothing}
        ${product.skus.map((_, at) => this.kind(product, at, wrong))}
        ${this.tick("on_sale", text.onSale, product.on_sale)} ${this.tick("hideable", text.hideable, product.hideable)}
        <p class="wrong" role="alert">${this.rest()}</p>
        <div class="row">
          <button class="act main">${text.save}</button>
          <button type="button" class="act" @click=${this.done}>${text.cancel}</button>
        </div>
      </form>
    </section>`;
  }

  private kind(product: Product, at: number, wrong: (name: string) => string): TemplateResult {
    const { text } = this;
    const sku = product.skus[at];
    if (sku === undefined) return html``;
    const cell = (name: (typeof SKU_FIELDS)[number], label: string, value: string, inputmode: string) =>
      field({ label, name: `skus[${at}].${name}`, value, wrong: wrong(`skus[${at}].${name}`), inputmode });
    const limit = (most: number | null) => (most === null ? "" : String(most));
    return html`<fieldset>
      ${cell("name", `${text.kind} ${at + 1}`, sku.name, "text")}
      ${cell("price", `${text.price} (${sku.price.currency})`, decimal(sku.price), "decimal")}
      ${cell("per_buyer_max", text.perBuyer, limit(sku.per_buyer_max), "numeric")}
      ${cell("per_order_max", text.perOrder, limit(sku.per_order_max), "numeric")}
    </fieldset>`;
  }

  /** An uploaded picture's own says nothing to anybody. */
  private address(product: Product): string {
    return this.removed || isUploaded(product.image_url) ? "" : product.image_url;
  }

  private pick(event: CustomEvent<File | null>): void {
    const file = event.detail;
    const fits = file === null || file.size <= FILE_BYTES_MAX;
    this.badImage = fits ? "" : this.text.badImage;
    if (!fits) return;
    this.removed = file === null && this.file === null;
    this.file = file;
  }

  private tick(name: string, label: string, on: boolean): TemplateResult {
    return html`<label class="tick"><input type="checkbox" name=${name} .checked=${on} />${label}</label>`;
  }

  /** What is said about no field that is shown. */
  private rest(): string {
    if (this.problem === null) return "";
    if (this.problem.word === "stale") return this.text.changedMeanwhile;
    const kinds = (this.product?.skus ?? []).flatMap((_, at) => SKU_FIELDS.map((name) => `skus[${at}].${name}`));
    return problemText(this.problem, this.text, ["name", "description", "image_url", ...kinds]);
  }

  private async read(): Promise<void> {
    this.product = null;
    this.file = null;
    this.removed = false;
    this.badImage = "";
    try {
      const { product, tag } = await this.store.api.product(this.name);
      this.tag = tag;
      this.product = product;
    } catch (error) {
      this.problem = error as Problem;
    }
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.product === null) return;
    const kept = !this.removed && isUploaded(this.product.image_url);
    const picture = this.file !== null ? "new" : kept ? "kept" : "";
    const values = { ...formValues(event.target as HTMLFormElement), picture };
    const { change, wrong } = readChange(values, this.product, this.text);
    if (wrong.length > 0) {
      this.problem = new Problem(422, "", wrong);
      return;
    }
    if (!(await this.send())) return;
    try {
      await this.store.api.changeProduct(this.name, change, this.tag);
      this.problem = null;
      this.store.refresh();
      this.done();
    } catch (error) {
      this.problem = error as Problem;
      if (this.problem.word === "stale") await this.read();
    }
  }

  /** The file goes first: where it is refused, nothing is changed yet. */
  private async send(): Promise<boolean> {
    if (this.file === null) return true;
    try {
      const { product, tag } = await this.store.api.putImage(this.name, this.file, this.tag);
      this.tag = tag;
      // what is typed stays: only the picture is another one
      if (this.product !== null) this.product = { ...this.product, image_url: product.image_url };
      this.file = null;
      this.store.refresh();
      return true;
    } catch (error) {
      const problem = error as Problem;
      if (problem.word !== "stale") {
        this.badImage = imageProblem(problem, this.text);
        return false;
      }
      this.problem = problem;
      await this.read();
      return false;
    }
  }

  private done(): void {
    this.dispatchEvent(new CustomEvent("product-done"));
  }
}

customElements.define("fenbo-product-change", FenboProductChange);
