import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { FILE_BYTES_MAX, imageProblem } from "./image-field.ts";
import { KINDS_MAX, kindFields, kindNames, kindStyle, NEW_KIND_FIELDS } from "./kind.ts";
import { readProduct } from "./new-product.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** A new product with its kinds. */
export class FenboProductForm extends LitElement {
  static override properties = {
    store: { attribute: false },
    currency: {},
    text: { attribute: false },
    kinds: { state: true },
    problem: { state: true },
    file: { state: true },
    badImage: { state: true },
  };
  declare store: HqStore;
  declare currency: string;
  declare text: HqText;
  declare kinds: number;
  declare problem: Problem | null;
  declare file: File | null;
  declare badImage: string;

  constructor() {
    super();
    this.kinds = 1;
    this.problem = null;
    this.file = null;
    this.badImage = "";
  }

  static override styles = [base, formStyle, panel, kindStyle];

  override updated(changed: PropertyValues): void {
    if (changed.has("problem")) focusFirstWrong(this.renderRoot);
  }

  override render() {
    const { text } = this;
    const wrong = (name: string) => this.problem?.errors.find((error) => error.field === name)?.detail ?? "";
    return html`<section class="panel" aria-label=${text.newProduct}>
      <h2>${text.newProduct}</h2>
      <form novalidate @submit=${this.create}>
        ${field({ label: text.name, name: "name", wrong: wrong("name"), required: true })}
        ${field({ label: text.description, name: "description", wrong: wrong("description"), rows: 2 })}
        <fenbo-image-field .file=${this.file} .wrong=${this.badImage} .text=${text} @image-picked=${this.pick}></fenbo-image-field>
        ${this.file === null ? field({ label: text.imageUrl, name: "image_url", wrong: wrong("image_url") }) : nothing}
        ${Array.from({ length: this.kinds }, (_, at) => this.kind(at, wrong))}
        <div class="row">
          <button type="button" class="act" ?disabled=${this.kinds >= KINDS_MAX} @click=${() => this.setKinds(1)}>${text.addKind}</button>
          ${this.kinds > 1 ? html`<button type="button" class="act" @click=${() => this.setKinds(-1)}>${text.removeKind}</button>` : nothing}
        </div>
        <p class="wrong" role="alert">${this.rest()}</p>
        <button class="act main">${text.create}</button>
      </form>
    </section>`;
  }

  private kind(at: number, wrong: (name: string) => string): TemplateResult {
    const { text, currency } = this;
    return kindFields({
      own: `skus[${at}]`,
      label: `${text.kind} ${at + 1}`,
      currency,
      fields: NEW_KIND_FIELDS,
      wrong,
      text,
    });
  }

  /** What is said about no field that is shown. */
  private rest(): string {
    if (this.problem === null) return "";
    const kinds = kindNames("skus", this.kinds, NEW_KIND_FIELDS);
    return problemText(this.problem, this.text, ["name", "description", "image_url", ...kinds]);
  }

  private pick(event: CustomEvent<File | null>): void {
    const file = event.detail;
    const fits = file === null || file.size <= FILE_BYTES_MAX;
    this.badImage = fits ? "" : this.text.badImage;
    if (fits) this.file = file;
  }

  private setKinds(change: number): void {
    this.kinds += change;
  }

  /** The product is there by now: a file that is refused is said so, and put to it by changing it. */
  private async send(product: string): Promise<void> {
    const { file } = this;
    this.file = null;
    this.badImage = "";
    if (file === null) return;
    try {
      await this.store.api.putImage(product, file);
    } catch (error) {
      this.badImage = `${this.text.withoutImage} ${imageProblem(error as Problem, this.text)}`;
    }
  }

  private async create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { product, wrong } = readProduct(formValues(form), this.kinds, this.currency, this.text);
    if (wrong.length > 0) {
      this.problem = new Problem(422, "", wrong);
      return;
    }
    try {
      const made = await this.store.api.createProduct(product);
      this.problem = null;
      this.kinds = 1;
      form.reset();
      await this.send(made.product);
      this.store.refresh();
    } catch (error) {
      this.problem = error as Problem;
    }
  }
}

customElements.define("fenbo-product-form", FenboProductForm);
