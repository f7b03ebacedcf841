/** Rates as people write them, and as the server keeps them: whole parts per million, minor units. No floats. */

import type { Plan, Rate } from "../api/hq-money.ts";
import { minorDigits, parseMinor } from "../money.ts";

export type Way = "percent" | "fixed" | "tiers";

/** One rate in the form: everything is text until it is sent. */
export interface RateDraft {
  depth: string;
  way: Way;
  percent: string;
  fixed: string;
  tiers: { from: string; percent: string }[];
  level: string;
  product: string;
  sku: string;
  show: string;
}

/** Where in the form something is no number; named as the server names it. */
export class NotANumber extends Error {
  constructor(readonly field: string) {
    super(field);
  }
}

/** "12.5" -> 125000. Null when it is no percentage, or finer than a millionth. */
export function parsePercent(text: string): number | null {
  const match = /^(\d{1,3})(?:[.](\d{1,4}))?$/.exec(text.trim());
  return match === null ? null : Number(`${match[1]}${(match[2] ?? "").padEnd(4, "0")}`);
}

/** 125000 -> "12.5". */
export function formatPercent(ppm: number): string {
  const whole = Math.floor(ppm / 10_000);
  const rest = String(ppm % 10_000)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return rest === "" ? String(whole) : `${whole}.${rest}`;
}

/** 1250 -> "12.50", to be edited. */
export function formatMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function emptyRate(): RateDraft {
  return { depth: "0", way: "percent", percent: "", fixed: "", tiers: [], level: "", product: "", sku: "", show: "" };
}

export function draftOf(rate: Rate, currency: string): RateDraft {
  const way = rate.tiers.length > 0 ? "tiers" : rate.fixed_minor > 0 ? "fixed" : "percent";
  return {
    depth: String(rate.depth),
    way,
    percent: formatPercent(rate.ppm),
    fixed: rate.fixed_minor > 0 ? formatMinor(rate.fixed_minor, currency) : "",
    tiers: rate.tiers.map(([from, ppm]) => ({ from: formatMinor(from, currency), percent: formatPercent(ppm) })),
    level: rate.level ?? "",
    product: rate.product ?? "",
    sku: rate.sku ?? "",
    show: rate.show ?? "",
  };
}

/**
 * A sharer's rates, of which an older plan may have what pays no sharer: he has no volume, so tiers are the lowest of
 * them, and what is for a level or for somebody above never paid.
 */
export function shareDraftsOf(rates: readonly Rate[], currency: string): RateDraft[] {
  const lowest = (rate: Rate) => rate.tiers.filter(([from]) => from === 0).at(-1)?.[1] ?? rate.ppm;
  return rates
    .filter((rate) => (rate.level === null || rate.level === "sharer") && rate.depth === 0)
    .map((rate) => draftOf({ ...rate, ppm: lowest(rate), tiers: [], level: null }, currency));
}

/** Throws NotANumber with the field's name. */
export function percent(text: string, field: string): number {
  const found = parsePercent(text);
  if (found === null) throw new NotANumber(field);
  return found;
}

/** Throws NotANumber with the field's name. */
export function minor(text: string, currency: string, field: string): number {
  const found = parseMinor(text, currency);
  if (found === null) throw new NotANumber(field);
  return found;
}

/** Throws NotANumber with the field's name. */
export function count(text: string, field: string): number {
  if (!/^\d{1,6}$/.test(text.trim())) throw new NotANumber(field);
  return Number(text);
}

/** `at`: how the server calls this rate, such as `rates[0]`. Throws NotANumber. */
export function rateOf(draft: RateDraft, currency: string, at: string): Rate {
  const tiers = draft.tiers.map(({ from, percent: text }, index): [number, number] => [
    minor(from, currency, `${at}.tiers[${index}]`),
    percent(text, `${at}.tiers[${index}]`),
  ]);
  return {
    ppm: draft.way === "percent" ? percent(draft.percent, `${at}.ppm`) : 0,
    fixed_minor: draft.way === "fixed" ? minor(draft.fixed, currency, `${at}.fixed_minor`) : 0,
    tiers: draft.way === "tiers" ? tiers : [],
    level: draft.level || null,
    sku: draft.sku || null,
    product: draft.product || null,
    show: draft.show || null,
    depth: Number(draft.depth),
  };
}

export const NO_PLAN: Plan = {
  rates: [],
  share_rates: [],
  differential: false,
  paid_levels_max: 2,
  cap_ppm: 300_000,
  notice_days: 7,
  four_eyes: false,
  invite_minor: 0,
  invite_seconds: 60,
  invite_daily_max: 50,
  invite_pool_minor: 0,
};
