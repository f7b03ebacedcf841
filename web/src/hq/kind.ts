import { css, html, nothing, type TemplateResult } from "lit";
import type { HqText } from "../text/hq-en.ts";
import { field } from "../ui/form.ts";

export const KINDS_MAX = 100; // signaling/api/models_goods.py

/** What is typed about a kind that is sold already; its stock has a field of its own in the list. */
export const KIND_FIELDS = ["name", "price", "per_buyer_max", "per_order_max"] as const;
export const NEW_KIND_FIELDS = ["name", "price", "stock", "per_buyer_max", "per_order_max"] as const;
type KindField = (typeof NEW_KIND_FIELDS)[number];

export const kindStyle = css`
  fieldset {
    display: grid;
    grid-template-columns: 1fr 1fr;
    align-items: start;
    gap: 8px;
    min-width: 0;
    margin: 0;
    padding: 12px 0 0;
    border: 0;
    border-top: 1px solid var(--sheet-line);
  }
  fieldset .field {
    min-width: 0;
  }
  fieldset .act {
    align-self: end;
  }
  fieldset .act,
  .kinds .act {
    min-height: 44px;
  }
`;

/** `own`: what the API calls it, such as `skus[0]`; its fields are named below it. */
export interface Kind {
  own: string;
  label: string;
  currency: string;
  fields: readonly KindField[];
  values?: Partial<Record<KindField, string>>;
  wrong: (name: string) => string;
  text: HqText;
  /** Absent where it has to stay. */
  remove?: (() => void) | undefined;
}

/** The fields of one kind of a product, new or as it is. */
export function kindFields({ own, label, currency, fields, values = {}, wrong, text, remove }: Kind): TemplateResult {
  const labels: Record<KindField, string> = {
    name: label,
    price: `${text.price} (${currency})`,
    stock: text.stock,
    per_buyer_max: text.perBuyer,
    per_order_max: text.perOrder,
  };
  const mode = (name: KindField) => (name === "name" ? "text" : name === "price" ? "decimal" : "numeric");
  return html`<fieldset aria-label=${label} data-kind=${own}>
    ${fields.map((name) =>
      field({
        label: labels[name],
        name: `${own}.${name}`,
        value: values[name] ?? "",
        wrong: wrong(`${own}.${name}`),
        inputmode: mode(name),
      }),
    )}
    ${remove === undefined ? nothing : html`<button type="button" class="act" aria-label="${text.removeKind}: ${label}" @click=${remove}>${text.removeKind}</button>`}
  </fieldset>`;
}

/** The names of all fields of so many kinds. */
export function kindNames(list: string, count: number, fields: readonly KindField[]): string[] {
  return Array.from({ length: count }, (_, at) => fields.map((name) => `${list}[${at}].${name}`)).flat();
}
