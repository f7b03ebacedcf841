import { css, html, type TemplateResult } from "lit";
import type { Text } from "../text/room.ts";
import { icons } from "./icons.ts";

export const quantityStyle = css`
  .quantity {
    display: inline-flex;
    align-items: center;
    border-radius: 22px;
    background: var(--sheet-soft);
  }
  .quantity button {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
  }
  .quantity button:disabled {
    color: #a3a9b4;
  }
  .quantity output {
    min-width: 28px;
    text-align: center;
    font-weight: 600;
  }
`;

export interface QuantityOptions {
  text: Text;
  value: number;
  least: number;
  most: number;
  change: (value: number) => void;
}

export function quantity({ text, value, least, most, change }: QuantityOptions): TemplateResult {
  return html`<div class="quantity" role="group" aria-label=${text.quantity}>
    <button type="button" aria-label=${text.less} ?disabled=${value <= least} @click=${() => change(value - 1)}>${icons.minus}</button>
    <output class="tabular" aria-live="polite">${value}</output>
    <button type="button" aria-label=${text.more} ?disabled=${value >= most} @click=${() => change(value + 1)}>${icons.plus}</button>
  </div>`;
}
