/** The product form's texts into what the API takes, or what is wrong with them: pure. */

import type { NewProduct } from "../api/hq-types.ts";
import type { FieldProblem } from "../api/problem.ts";
import { parseMinor } from "../money.ts";

export interface Words {
  required: string;
  badPrice: string;
  badCount: string;
}

/** Fields are named as the API names them: `name`, `skus[0].price`... */
export function readProduct(
  values: Readonly<Record<string, string>>,
  kinds: number,
  currency: string,
  words: Words,
): { product: NewProduct; wrong: FieldProblem[] } {
  const wrong: FieldProblem[] = [];
  const text = (field: string) => values[field] ?? "";
  const count = (field: string): number => {
    if (!/^\d{1,9}$/.test(text(field))) wrong.push({ field, detail: words.badCount });
    return Number(text(field));
  };
  const kind = (at: number): NewProduct["skus"][number] => {
    const own = `skus[${at}]`;
    const minor = parseMinor(text(`${own}.price`), currency);
    if (minor === null) wrong.push({ field: `${own}.price`, detail: words.badPrice });
    // a product of one kind needs no name for it
    const name = text(`${own}.name`) || (kinds === 1 ? text("name") : "");
    if (name === "") wrong.push({ field: `${own}.name`, detail: words.required });
    const sku = { name, price: { minor: minor ?? 0, currency }, stock: count(`${own}.stock`) };
    return text(`${own}.per_buyer_max`) === "" ? sku : { ...sku, per_buyer_max: count(`${own}.per_buyer_max`) };
  };
  if (text("name") === "") wrong.push({ field: "name", detail: words.required });
  const skus = Array.from({ length: kinds }, (_, at) => kind(at));
  return {
    product: { name: text("name"), description: text("description"), image_url: text("image_url"), skus },
    wrong,
  };
}
