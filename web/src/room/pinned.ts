import { css, html, LitElement, nothing } from "lit";
import type { ShelfItem } from "../api/types.ts";
import type { Text } from "../text/room.ts";
import { base } from "../ui/base.ts";
import { picture } from "../ui/picture.ts";
import { freeOf, isSoldOut, priceText, stockText } from "./prices.ts";

/** The product that the host shows now, over the picture. Says `shelf-open` and `shelf-buy` (detail: the item). */
export class FenboPinned extends LitElement {
  static override properties = { item: { attribute: false }, text: { attribute: false } };
  declare item: ShelfItem | null;
  declare text: Text;

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .card {
        position: relative;
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 8px 12px 8px 8px;
        border-radius: 14px;
        background: var(--sheet);
        color: var(--sheet-text);
        box-shadow: 0 6px 24px rgb(0 0 0 / 35%);
        animation: come 0.25s ease-out;
      }
      .what {
        flex: 1;
        min-width: 0;
        text-align: start;
      }
      .what::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: 14px;
      }
      .now {
        display: block;
        font-size: 12px;
        font-weight: 600;
        color: var(--accent-light);
      }
      .name {
        display: block;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
        font-weight: 600;
      }
      .price {
        font-weight: 700;
        color: var(--accent-light);
      }
      small {
        margin-inline-start: 6px;
        color: var(--sheet-dim);
        font-size: 12px;
      }
      .fill {
        position: relative;
        z-index: 1;
        padding: 0 18px;
        min-height: 44px;
      }
      @keyframes come {
        from {
          transform: translateY(16px);
          opacity: 0;
        }
      }
    `,
  ];

  override render() {
    const { item, text } = this;
    if (item === null) return nothing;
    const out = isSoldOut(item);
    const stock = out ? "" : stockText(freeOf(item), text);
    return html`<section class="card" aria-label=${text.nowShowing} data-product=${item.product}>
      ${picture(item.image_url, item.name, 60)}
      <button class="what" @click=${() => this.tell("shelf-open", item)}>
        <span class="now tabular">${item.sale_text ?? text.nowShowing}</span>
        <span class="name">${item.name}</span>
        <span class="price tabular">${priceText(item, text)}</span><small>${stock}</small>
      </button>
      <button class="fill" ?disabled=${out} aria-label="${out ? text.soldOut : text.buy} ${item.name}" @click=${() => this.tell("shelf-buy", item)}>
        ${out ? text.soldOut : text.buy}
      </button>
    </section>`;
  }

  private tell(what: string, item: ShelfItem): void {
    this.dispatchEvent(new CustomEvent(what, { detail: item }));
  }
}

customElements.define("fenbo-pinned", FenboPinned);
