/** The texts of the products' forms into what the API takes, or what is wrong with them: pure. */

import type { NewProduct, Product, ProductChange } from "../api/hq-types.ts";
import type { FieldProblem } from "../api/problem.ts";
import type { Money } from "../api/types.ts";
import { parseMinor } from "../money.ts";

const LIMITS = ["per_buyer_max", "per_order_max"] as const;

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
    const limits = LIMITS.filter((limit) => text(`${own}.${limit}`) !== "");
    return { ...sku, ...Object.fromEntries(limits.map((limit) => [limit, count(`${own}.${limit}`)])) };
  };
  if (text("name") === "") wrong.push({ field: "name", detail: words.required });
  const skus = Array.from({ length: kinds }, (_, at) => kind(at));
  return {
    product: { name: text("name"), description: text("description"), image_url: text("image_url"), skus },
    wrong,
  };
}

/**
 * A changed product; a limit whose field is empty is none. Check boxes are there when they are ticked. `picture` says
 * what becomes of an uploaded one: "kept", "new" (its file goes its own way) or nothing.
 */
export function readChange(
  values: Readonly<Record<string, string>>,
  product: Product,
  words: Words,
): { change: ProductChange; wrong: FieldProblem[] } {
  const wrong: FieldProblem[] = [];
  const text = (field: string, required = false): string => {
    const found = values[field] ?? "";
    if (required && found === "") wrong.push({ field, detail: words.required });
    return found;
  };
  const price = (field: string, currency: string): Money => {
    const minor = parseMinor(text(field), currency);
    if (minor === null) wrong.push({ field, detail: words.badPrice });
    return { minor: minor ?? 0, currency };
  };
  const limit = (field: string): number | null => {
    if (text(field) === "") return null;
    if (!/^\d{1,3}$/.test(text(field)) || Number(text(field)) === 0) wrong.push({ field, detail: words.badCount });
    return Number(text(field));
  };
  const skus = product.skus.map((sku, at) => ({
    sku: sku.sku,
    name: text(`skus[${at}].name`, true),
    price: price(`skus[${at}].price`, sku.price.currency),
    per_buyer_max: limit(`skus[${at}].per_buyer_max`),
    per_order_max: limit(`skus[${at}].per_order_max`),
  }));
  const change = {
    name: text("name", true),
    description: text("description"),
    ...address(values),
    on_sale: "on_sale" in values,
    hideable: "hideable" in values,
    skus,
  };
  return { change, wrong };
}

/** What is typed counts, unless there is a file; an empty field leaves a picture that is kept where it is. */
function address(values: Readonly<Record<string, string>>): { image_url?: string } {
  const { picture = "", image_url = "" } = values;
  return picture === "new" || (picture === "kept" && image_url === "") ? {} : { image_url };
}
