import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { ShelfItem } from "../api/types.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { picture } from "../ui/picture.ts";
import { freeOf, isSoldOut, priceText, stockText } from "./prices.ts";

/** The show's goods, as a list. Says `shelf-open` and `shelf-buy` (detail: the item). */
export class FenboShelf extends LitElement {
  static override properties = { shelf: { attribute: false }, text: { attribute: false } };
  declare shelf: readonly ShelfItem[];
  declare text: Text;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr));
        gap: 10px;
      }
      li {
        position: relative;
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px;
        border-radius: 14px;
        background: var(--card, var(--sheet-soft));
        color: var(--card-text, var(--sheet-text));
      }
      li.pinned {
        box-shadow: inset 0 0 0 2px var(--accent);
      }
      .what {
        flex: 1;
        min-width: 0;
        text-align: start;
      }
      /* the whole card opens the product; the button in it is on top */
      .what::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: 14px;
      }
      .name {
        display: -webkit-box;
        -webkit-line-clamp: 2;
        -webkit-box-orient: vertical;
        overflow: hidden;
        font-weight: 600;
        line-height: 1.3;
      }
      .price {
        font-weight: 700;
        color: var(--card-price, var(--accent-light));
      }
      small {
        font-size: 12px;
        color: var(--card-dim, var(--sheet-dim));
        margin-inline-start: 6px;
      }
      small.now {
        display: block;
        margin: 0;
        font-weight: 600;
        color: var(--card-price, var(--accent-light));
      }
      .fill {
        position: relative;
        z-index: 1;
        padding: 0 16px;
        min-height: 44px;
      }
      .fill:disabled {
        background: transparent;
        color: var(--card-dim, var(--sheet-dim));
      }
      .empty {
        padding: 24px 0;
        text-align: center;
        color: var(--card-dim, var(--sheet-dim));
      }
    `,
  ];

  override render() {
    if (this.shelf.length === 0) return html`<p class="empty">${this.text.shelfEmpty}</p>`;
    return html`<ul aria-label=${this.text.shelf}>
      ${this.shelf.map((item) => this.item(item))}
    </ul>`;
  }

  private item(item: ShelfItem): TemplateResult {
    const { text } = this;
    const out = isSoldOut(item);
    const stock = out ? "" : stockText(freeOf(item), text);
    return html`<li class=${item.pinned ? "pinned" : ""} data-product=${item.product}>
      ${picture(item.image_url, item.name, 64)}
      <button class="what" @click=${() => this.tell("shelf-open", item)}>
        ${item.pinned ? html`<small class="now">${text.nowShowing}</small>` : nothing}
        <span class="name">${item.name}</span>
        ${item.sale_text === undefined ? nothing : html`<small class="now tabular">${item.sale_text}</small>`}
        <span class="price tabular">${priceText(item, text)}</span><small>${stock}</small>
      </button>
      <button class="fill" ?disabled=${out} aria-label="${out ? text.soldOut : text.buy} ${item.name}" @click=${() => this.tell("shelf-buy", item)}>
        ${out ? text.soldOut : text.buy}
      </button>
    </li>`;
  }

  private tell(what: string, item: ShelfItem): void {
    this.dispatchEvent(new CustomEvent(what, { detail: item }));
  }
}

customElements.define("fenbo-shelf", FenboShelf);
