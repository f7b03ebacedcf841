import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { formStyle } from "../ui/form.ts";
import { picture } from "../ui/picture.ts";
import { panel } from "./style.ts";

const TYPES = "image/jpeg,image/png,image/webp"; // signaling/image_file.py
export const FILE_BYTES_MAX = 10 * 1024 * 1024;

/** Why a file was not taken: what it is said about the file is said in the page's own words. */
export function imageProblem(problem: Problem, text: HqText): string {
  return [413, 415, 422].includes(problem.status) ? text.badImage : problemText(problem, text);
}

/** A product's picture: what it has, or the file that is to take its place. Says `image-picked` (detail: the file; null: none any more). */
export class FenboImageField extends LitElement {
  static override properties = {
    url: {},
    name: {},
    file: { attribute: false },
    wrong: {},
    text: { attribute: false },
  };
  declare url: string;
  declare name: string;
  declare file: File | null;
  declare wrong: string;
  declare text: HqText;
  private preview = "";

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      .image {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .beside {
        display: grid;
        gap: 6px;
      }
      .label {
        font-size: 14px;
        color: var(--sheet-dim);
      }
      .none {
        display: grid;
        place-items: center;
        flex: none;
        width: 96px;
        height: 96px;
        border: 1px dashed #8b929f;
        border-radius: 16px;
        color: var(--sheet-dim);
        font-size: 13px;
      }
    `,
  ];

  constructor() {
    super();
    this.url = "";
    this.name = "";
    this.file = null;
    this.wrong = "";
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("file")) this.show();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.preview);
  }

  override render() {
    const { text } = this;
    const shown = this.preview === "" ? this.url : this.preview;
    return html`<div class="image" role="group" aria-label=${text.image}>
        ${shown === "" ? html`<span class="none">${text.noImage}</span>` : picture(shown, this.name, 96)}
        <div class="beside">
          <span class="label">${text.image}</span>
          <input type="file" hidden accept=${TYPES} aria-label=${text.chooseImage} @change=${this.picked} />
          <div class="row">
            <button type="button" class="act" aria-describedby=${this.wrong === "" ? "hint" : "wrong"} @click=${this.choose}>
              ${text.chooseImage}
            </button>
            ${shown === "" ? nothing : html`<button type="button" class="act" @click=${() => this.tell(null)}>${text.removeImage}</button>`}
          </div>
          <p class="hint" id="hint">${text.imageHint}</p>
        </div>
      </div>
      ${this.wrong === "" ? nothing : html`<p class="wrong" id="wrong" role="alert">${this.wrong}</p>`}`;
  }

  private show(): void {
    URL.revokeObjectURL(this.preview);
    this.preview = this.file === null ? "" : URL.createObjectURL(this.file);
  }

  private choose(): void {
    this.renderRoot.querySelector<HTMLInputElement>("input")?.click();
  }

  private picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (file !== undefined) this.tell(file);
  }

  private tell(file: File | null): void {
    this.dispatchEvent(new CustomEvent("image-picked", { detail: file }));
  }
}

customElements.define("fenbo-image-field", FenboImageField);
