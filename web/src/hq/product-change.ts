import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Product, SkuHq } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import { isUploaded } from "../images.ts";
import { decimal } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { FILE_BYTES_MAX, imageProblem } from "./image-field.ts";
import { KIND_FIELDS, KINDS_MAX, kindFields, kindNames, kindStyle, NEW_KIND_FIELDS } from "./kind.ts";
import { readChange } from "./new-product.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/**
 * A product being changed, with its kinds, as it was read with its tag: what another changed meanwhile is shown, not
 * overwritten. Says `product-done`.
 */
export class FenboProductChange extends LitElement {
  static override properties = {
    store: { attribute: false },
    name: {},
    text: { attribute: false },
    product: { state: true },
    problem: { state: true },
    file: { state: true },
    removed: { state: true },
    added: { state: true },
    gone: { state: true },
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
  /** Kinds that come to it, by a number that stays while others go. */
  declare added: readonly number[];
  /** Kinds that go when this is saved, by their id. */
  declare gone: readonly string[];
  declare badImage: string;
  private tag = "";
  private addedEver = 0;

  constructor() {
    super();
    this.product = null;
    this.problem = null;
    this.file = null;
    this.removed = false;
    this.added = [];
    this.gone = [];
    this.badImage = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    kindStyle,
    css`
      .gone {
        padding-top: 12px;
        border-top: 1px solid var(--sheet-line);
      }
      .gone .act {
        min-height: 44px;
      }
      .gone s {
        overflow-wrap: anywhere;
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
        ${this.kinds(product, wrong)}
        ${this.tick("on_sale", text.onSale, product.on_sale)} ${this.tick("hideable", text.hideable, product.hideable)}
        <p class="wrong" role="alert">${this.rest()}</p>
        <div class="row">
          <button class="act main">${text.save}</button>
          <button type="button" class="act" @click=${this.done}>${text.cancel}</button>
        </div>
      </form>
    </section>`;
  }

  private kinds(product: Product, wrong: (name: string) => string): TemplateResult {
    const { text, added } = this;
    const left = product.skus.length - this.gone.length + added.length;
    const currency = product.skus[0]?.price.currency ?? "";
    const label = (place: number) => `${text.kind} ${product.skus.length + place + 1}`;
    return html`${product.skus.map((sku, at) => (this.gone.includes(sku.sku) ? this.leaving(sku) : this.kind(sku, at, left, wrong)))}
      ${repeat(
        added,
        (key) => key,
        (key, at) =>
          kindFields({
            own: `new_skus[${at}]`,
            label: label(at),
            currency,
            fields: NEW_KIND_FIELDS,
            wrong,
            text,
            remove: left > 1 ? () => this.drop(key) : undefined,
          }),
      )}
      <div class="row kinds">
        <button type="button" class="act add" ?disabled=${left >= KINDS_MAX} @click=${this.add}>${text.addKind}</button>
      </div>`;
  }

  private kind(sku: SkuHq, at: number, left: number, wrong: (name: string) => string): TemplateResult {
    const limit = (most: number | null) => (most === null ? "" : String(most));
    return kindFields({
      own: `skus[${at}]`,
      label: `${this.text.kind} ${at + 1}`,
      currency: sku.price.currency,
      fields: KIND_FIELDS,
      values: {
        name: sku.name,
        price: decimal(sku.price),
        per_buyer_max: limit(sku.per_buyer_max),
        per_order_max: limit(sku.per_order_max),
      },
      wrong,
      text: this.text,
      remove: left > 1 ? () => this.leave(sku) : undefined,
    });
  }

  /** In place of the fields of a kind that goes. */
  private leaving(sku: SkuHq): TemplateResult {
    const { text } = this;
    const wrong = this.refusedToGo(sku.sku);
    return html`<div class="gone" data-gone=${sku.sku}>
      <div class="row apart">
        <span><s>${sku.name}</s> <span class="dim small">${text.kindGoes}</span></span>
        <button type="button" class="act" aria-label="${text.keepKind}: ${sku.name}" ?data-wrong=${wrong !== ""} @click=${() => this.stay(sku)}>${text.keepKind}</button>
      </div>
      ${wrong === "" ? nothing : html`<p class="wrong" role="alert">${wrong}</p>`}
    </div>`;
  }

  /** Why a kind cannot go, or "". */
  private refusedToGo(sku: string): string {
    const field = `removed_skus[${this.gone.indexOf(sku)}]`;
    return this.problem?.errors.some((error) => error.field === field) ? this.text.kindHeld : "";
  }

  private async add(): Promise<void> {
    this.added = [...this.added, ++this.addedEver];
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[name="new_skus[${this.added.length - 1}].name"]`)?.focus();
  }

  private async drop(key: number): Promise<void> {
    this.problem = null; // it names kinds by their places
    this.added = this.added.filter((each) => each !== key);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".add")?.focus();
  }

  private async leave({ sku }: SkuHq): Promise<void> {
    this.problem = null;
    this.gone = [...this.gone, sku];
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-gone="${sku}"] button`)?.focus();
  }

  private async stay({ sku }: SkuHq): Promise<void> {
    this.problem = null;
    this.gone = this.gone.filter((each) => each !== sku);
    await this.updateComplete;
    const at = this.product?.skus.findIndex((each) => each.sku === sku) ?? 0;
    this.renderRoot.querySelector<HTMLElement>(`[name="skus[${at}].name"]`)?.focus();
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
    const kinds = [
      ...kindNames("skus", this.product?.skus.length ?? 0, KIND_FIELDS),
      ...kindNames("new_skus", this.added.length, NEW_KIND_FIELDS),
      ...this.gone.map((_, at) => `removed_skus[${at}]`),
    ];
    return problemText(this.problem, this.text, ["name", "description", "image_url", ...kinds]);
  }

  private async read(): Promise<void> {
    this.product = null;
    this.file = null;
    this.removed = false;
    this.added = [];
    this.gone = [];
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
    const { change, wrong } = readChange(values, this.product, this.text, {
      added: this.added.length,
      removed: this.gone,
    });
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
