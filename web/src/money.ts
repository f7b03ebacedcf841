/** Money stays in integer minor units; only its text has a decimal point. */

import type { Money } from "./api/types.ts";

const made = new Map<string, Intl.NumberFormat>(); // by language and currency: making one takes a millisecond or more

/**
 * ISO 4217's minor units that are no hundredths, as commerce/money.py has them. Browsers have others: what people round
 * to, none for HUF or IDR, and another version another; an amount would be a hundred times what is charged.
 */
const DIGITS: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

/** How many digits the currency has after the point: 2 for CNY, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return DIGITS[currency] ?? 2;
}

export function formatMoney(money: Money, language: string): string {
  return formatOf(language, money.currency).format(money.minor / 10 ** minorDigits(money.currency));
}

function formatOf(language: string, currency: string): Intl.NumberFormat {
  const key = `${language} ${currency}`;
  const digits = minorDigits(currency);
  const format =
    made.get(key) ??
    new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  made.set(key, format);
  return format;
}

/** 1250 -> "12.50": what `parseMinor` reads. */
export function decimal(money: Money): string {
  const digits = minorDigits(money.currency);
  const text = String(money.minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function times(price: Money, quantity: number): Money {
  return { minor: price.minor * quantity, currency: price.currency };
}

/** "12.5" -> 1250. Null when it is not an amount of this currency: nothing is rounded, nothing is guessed. */
export function parseMinor(text: string, currency: string): number | null {
  const match = /^(\d{1,10})(?:[.](\d+))?$/.exec(text.trim());
  const digits = minorDigits(currency);
  const fraction = match?.[2] ?? "";
  if (!match || fraction.length > digits) return null;
  return Number(`${match[1]}${fraction.padEnd(digits, "0")}`);
}
