import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Product, SkuHq } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { base } from "../ui/base.ts";
import { formStyle, formValues } from "../ui/form.ts";
import { picture } from "../ui/picture.ts";
import "./flash.ts";
import "./goods-sheet.ts";
import "./image-field.ts";
import "./product-change.ts";
import "./product-form.ts";
import { problemText } from "../text/problems.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** The catalogue and its stock. */
export class FenboGoods extends LitElement {
  static override properties = {
    store: { attribute: false },
    products: { attribute: false },
    currency: {},
    text: { attribute: false },
    wrong: { state: true },
    changing: { state: true },
  };
  declare store: HqStore;
  declare products: readonly Product[];
  declare currency: string;
  declare text: HqText;
  declare wrong: string;
  declare changing: string;

  constructor() {
    super();
    this.wrong = "";
    this.changing = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      @media (min-width: 1100px) {
        :host {
          grid-template-columns: minmax(0, 1fr) 400px;
        }
      }
      .beside {
        display: grid;
        gap: 16px;
      }
      .product {
        display: flex;
        align-items: center;
        gap: 10px;
        font-weight: 600;
        padding: 10px 0 4px;
      }
      @media (max-width: 699px) {
        .skus thead {
          position: absolute;
          clip-path: inset(50%);
        }
        .skus tr {
          display: flex;
          flex-wrap: wrap;
          gap: 2px 12px;
          padding: 8px 0;
          border-bottom: 1px solid var(--sheet-line);
        }
        .skus td {
          padding: 0;
          border: 0;
        }
        .skus .name {
          flex: 1 1 calc(100% - 120px); /* the price beside it, and nothing else */
          overflow-wrap: anywhere;
          font-weight: 600;
        }
        .skus .stock {
          color: var(--sheet-dim);
          font-size: 13px;
        }
        .skus .stock::before {
          content: attr(data-label) " ";
        }
        .skus .coming {
          flex: 1 1 100%;
        }
        .skus .coming form {
          justify-content: flex-start;
        }
        .skus .coming form::before {
          content: attr(data-label);
          align-self: center;
          color: var(--sheet-dim);
          font-size: 13px;
        }
        .skus .coming input,
        .skus .coming .act {
          min-height: 44px;
          min-width: 44px;
        }
      }
      td form {
        display: flex;
        justify-content: flex-end;
        gap: 6px;
      }
      td input {
        width: 84px;
        min-height: 36px;
        padding: 0 8px;
        border: 1px solid #8b929f;
        border-radius: 9px;
      }
    `,
  ];

  override render() {
    const { text } = this;
    return html`<section class="panel" aria-label=${text.tabs.goods}>
        <h2>${text.tabs.goods}</h2>
        <p class="wrong" role="alert">${this.wrong}</p>
        ${this.products.length === 0 ? html`<p class="dim">${text.noProducts}</p>` : this.products.map((product) => this.product(product))}
      </section>
      <div class="beside">
        ${this.change()}
        <fenbo-product-form .store=${this.store} .currency=${this.currency} .text=${text}></fenbo-product-form>
        <fenbo-flash .store=${this.store} .products=${this.products} .currency=${this.currency} .text=${text}></fenbo-flash>
        <fenbo-goods-sheet .store=${this.store} .text=${text}></fenbo-goods-sheet>
      </div>`;
  }

  private change() {
    const { changing: product } = this;
    if (product === "") return nothing;
    const done = () => {
      if (this.changing === product) this.open(""); // else another is open by now
    };
    // a form of its own for each product: what is answered late is nothing to the next one
    const form = html`<fenbo-product-change .store=${this.store} name=${product} .text=${this.text} @product-done=${done}></fenbo-product-change>`;
    return html`${keyed(product, form)}`;
  }

  private open(product: string): void {
    this.changing = product;
  }

  private product(product: Product): TemplateResult {
    const { text } = this;
    return html`<p class="product">
        ${picture(product.image_url, product.name, 40)} <span>${product.name}</span>
        ${product.on_sale ? nothing : html`<small class="dim">${text.offSale}</small>`}
        <button class="act" aria-label="${text.changeProduct}: ${product.name}" @click=${() => this.open(product.product)}>${text.change}</button>
      </p>
      <div class="scroll">
        <table class="skus" data-product=${product.product}>
          <thead>
            <tr>
              <th scope="col">${text.kind}</th>
              <th scope="col" class="number">${text.price}</th>
              <th scope="col" class="number">${text.free}</th>
              <th scope="col" class="number">${text.reserved}</th>
              <th scope="col" class="number">${text.sold}</th>
              <th scope="col" class="number">${text.received}</th>
              <th scope="col" class="number">${text.receive}</th>
            </tr>
          </thead>
          <tbody>
            ${product.skus.map((sku) => this.sku(sku, product))}
          </tbody>
        </table>
      </div>`;
  }

  private sku(sku: SkuHq, product: Product): TemplateResult {
    const { text } = this;
    return html`<tr data-sku=${sku.sku}>
      <td class="name">${sku.name}</td>
      <td class="number">${formatMoney(sku.price, text.language)}</td>
      <td class="number stock" data-label=${text.free}>${sku.free}</td>
      <td class="number stock" data-label=${text.reserved}>${sku.reserved}</td>
      <td class="number stock" data-label=${text.sold}>${sku.sold}</td>
      <td class="number stock" data-label=${text.received}>${sku.received}</td>
      <td class="coming">
        <form data-label=${text.receive} @submit=${(event: SubmitEvent) => this.receive(event, sku)}>
          <input name="received" type="number" min="1" step="1" required aria-label="${text.receive}: ${product.name} ${sku.name}" />
          <button class="act" aria-label="${text.save}: ${product.name} ${sku.name}">+</button>
        </form>
      </td>
    </tr>`;
  }

  private async receive(event: SubmitEvent, sku: SkuHq): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    try {
      await this.store.api.receiveStock(sku.sku, Number(formValues(form).received));
      this.wrong = "";
      form.reset();
      this.store.refresh();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    }
  }
}

customElements.define("fenbo-goods", FenboGoods);
