// Amounts as people read and type them. Whole minor units everywhere else: 1250 is 12.50 euros.

import { language } from "../words/words.ts";
import type { Money } from "./wire.ts";

// Digits behind the point (ISO 4217), said here because browsers differ; every other currency has two.
const NONE = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "));
const THREE = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

export const digitsOf = (currency: string): number => (NONE.has(currency) ? 0 : THREE.has(currency) ? 3 : 2);

/** What is in a till, by value in minor units; nothing where we don't know the currency's coins. */
const PIECES: Readonly<Record<string, readonly number[]>> = {
  EUR: [10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  GBP: [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  USD: [10000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1],
};
export const piecesOf = (currency: string): readonly number[] => PIECES[currency] ?? [];

/** "18 €", "18,50 €": with its minor units only where there are any, unless `whole` is false. */
export function money({ minor, currency }: Money, whole = true): string {
  const places = digitsOf(currency);
  const shown = whole && minor % 10 ** places === 0 ? 0 : places;
  const style = { style: "currency", currency, minimumFractionDigits: shown, maximumFractionDigits: shown } as const;
  return new Intl.NumberFormat(locale(), style).format(minor / 10 ** places);
}

/** With its sign, for a difference: "+2 €". */
export const signed = (amount: Money): string => (amount.minor > 0 ? `+${money(amount)}` : money(amount));

/** The minor units of "12,5", "12.50" or "1.250,00"; null for what is no amount, and for more digits than there are. */
export function minorOf(text: string, currency: string): number | null {
  const places = digitsOf(currency);
  const plain = text.replace(/[\s'’]|\p{Sc}/gu, "").replace(currency, "");
  const at = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
  const isPoint = at >= 0 && plain.length - at - 1 <= places;
  const rest = isPoint ? plain.slice(at + 1) : "";
  const whole = (isPoint ? plain.slice(0, at) : plain).replace(/[.,](?=\d{3}(?!\d))/g, "") || (rest && "0");
  if (!/^\d{1,12}$/.test(whole) || !/^\d*$/.test(rest)) return null;
  return Number(whole) * 10 ** places + Number(rest.padEnd(places, "0"));
}

/** The reader's own, where it is one of the page's language: money is written otherwise in Mexico than in Spain. */
function locale(): string {
  const tag = globalThis.navigator?.language ?? "";
  return tag.toLowerCase().startsWith(language()) ? tag : language() === "en" ? "en-GB" : language();
}
