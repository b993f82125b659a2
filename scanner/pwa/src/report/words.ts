// The words of the reports' page, and days and amounts as people read them.

import { recall, remember } from "../keep/storage.ts";
import { english } from "./english.ts";
import { spanish } from "./spanish.ts";

const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = { en: english, es: spanish };
let current = "en";

export const language = (): string => current;

/** The language of the scanner page on this device, else the browser's. */
export function recallLanguage(): void {
  speak(recall<string>("language", navigator.language));
}

export function speak(tag: string): void {
  const short = tag.toLowerCase().split("-")[0] ?? "";
  current = short in LANGUAGES ? short : "en";
  document.documentElement.lang = current;
}

export function other(): void {
  speak(current === "es" ? "en" : "es");
  remember("language", current);
}

/** The words of a key, with {names} filled in; "" when there are none. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return (LANGUAGES[current]?.[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

const tag = (): string => (current === "en" ? "en-GB" : current);

export const count = (n: number): string => n.toLocaleString(tag());

/** Whole minor units as people read them: 1250 cents are "€12.50". */
export function money(minor: number, currency: string, digits: number): string {
  const shown = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(tag(), shown).format(minor / 10 ** digits);
}

/** "Fri 28 Nov" of "2025-11-28". */
export function dayOf(day: string, year = false): string {
  const moment = new Date(`${day}T12:00:00Z`);
  const parts: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  if (year) parts.year = "numeric";
  return Number.isNaN(moment.getTime()) ? day : moment.toLocaleDateString(tag(), parts);
}

/** "28 Nov, 23:41" on the clock of the venue. */
export function instant(text: string, timeZone: string): string {
  const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  return new Date(text).toLocaleString(tag(), parts);
}
