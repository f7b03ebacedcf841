/** The texts of the products' forms into what the API takes, or what is wrong with them: pure. */

import type { NewProduct, NewSku, Product, ProductChange, SkuHq } from "../api/hq-types.ts";
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
  if (text("name") === "") wrong.push({ field: "name", detail: words.required });
  // a product of one kind needs no name for it
  const { skus, wrong: inKinds } = newKinds(values, "skus", kinds, currency, words, kinds === 1 ? text("name") : "");
  return {
    product: { name: text("name"), description: text("description"), image_url: text("image_url"), skus },
    wrong: [...wrong, ...inKinds],
  };
}

/** The kinds of a list of new ones; one without a name is called `unnamed`. */
function newKinds(
  values: Readonly<Record<string, string>>,
  list: string,
  length: number,
  currency: string,
  words: Words,
  unnamed = "",
): { skus: NewSku[]; wrong: FieldProblem[] } {
  const wrong: FieldProblem[] = [];
  const text = (field: string) => values[field] ?? "";
  const count = (field: string): number => {
    if (!/^\d{1,9}$/.test(text(field))) wrong.push({ field, detail: words.badCount });
    return Number(text(field));
  };
  const skus = Array.from({ length }, (_, at) => {
    const own = `${list}[${at}]`;
    const minor = parseMinor(text(`${own}.price`), currency);
    if (minor === null) wrong.push({ field: `${own}.price`, detail: words.badPrice });
    const name = text(`${own}.name`) || unnamed;
    if (name === "") wrong.push({ field: `${own}.name`, detail: words.required });
    const sku = { name, price: { minor: minor ?? 0, currency }, stock: count(`${own}.stock`) };
    const limits = LIMITS.filter((limit) => text(`${own}.${limit}`) !== "");
    return { ...sku, ...Object.fromEntries(limits.map((limit) => [limit, count(`${own}.${limit}`)])) };
  });
  return { skus, wrong };
}

/** What becomes of a product's kinds besides their fields: how many come to it, and which (by their id) go. */
export interface KindsChange {
  added: number;
  removed: readonly string[];
}

/**
 * A changed product; a limit whose field is empty is none. Check boxes are there when they are ticked. `picture` says
 * what becomes of an uploaded one: "kept", "new" (its file goes its own way) or nothing.
 */
export function readChange(
  values: Readonly<Record<string, string>>,
  product: Product,
  words: Words,
  kinds: KindsChange = { added: 0, removed: [] },
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
  const kept = (sku: SkuHq, at: number) => ({
    sku: sku.sku,
    name: text(`skus[${at}].name`, true),
    price: price(`skus[${at}].price`, sku.price.currency),
    per_buyer_max: limit(`skus[${at}].per_buyer_max`),
    per_order_max: limit(`skus[${at}].per_order_max`),
  });
  // one that goes keeps its place, without a change: refusals name fields by it
  const skus = product.skus.map((sku, at) => (kinds.removed.includes(sku.sku) ? { sku: sku.sku } : kept(sku, at)));
  const currency = product.skus[0]?.price.currency ?? "";
  const coming = newKinds(values, "new_skus", kinds.added, currency, words);
  const change = {
    name: text("name", true),
    description: text("description"),
    ...address(values),
    on_sale: "on_sale" in values,
    hideable: "hideable" in values,
    skus,
    ...(coming.skus.length > 0 ? { new_skus: coming.skus } : {}),
    ...(kinds.removed.length > 0 ? { removed_skus: [...kinds.removed] } : {}),
  };
  return { change, wrong: [...wrong, ...coming.wrong] };
}

/** What is typed counts, unless there is a file; an empty field leaves a picture that is kept where it is. */
function address(values: Readonly<Record<string, string>>): { image_url?: string } {
  const { picture = "", image_url = "" } = values;
  return picture === "new" || (picture === "kept" && image_url === "") ? {} : { image_url };
}
