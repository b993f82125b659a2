// The words of selling, in the page's language.

import { Trouble } from "../hub/api.ts";
import { language } from "../words/words.ts";
import { english } from "./english.ts";
import { spanish } from "./spanish.ts";

const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = { en: english, es: spanish };

/** The words of a key, with {names} filled in; "" when there are none. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return (LANGUAGES[language()]?.[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The same of a number {n}, which has words of its own for 1. */
export const many = (key: string, n: number, values: Record<string, string | number> = {}): string => t(n === 1 ? `${key}.1` : key, { ...values, n });

// Sentences of the hub about one field, and ours for them.
const KNOWN: [RegExp, string][] = [
  [/needed/, "wrong.needed"],
  [/e-mail/, "wrong.email"],
  [/no more are left|must be at most/, "wrong.left"],
  [/^must be from (\d+) to (\d+)/, "wrong.range"],
  [/how this rate can be paid/, "wrong.tender"],
  [/answers that are offered/, "wrong.answer"],
  [/does not offer|not sold with this rate/, "wrong.offer"],
  [/till's$/, "wrong.currency"],
];

/** Why the hub did not do something. Anything but a Trouble is thrown again. */
export function troubleWords(trouble: unknown): string {
  if (!(trouble instanceof Trouble)) throw trouble;
  if (trouble.passing) return t("no-answer");
  return t(`no.${trouble.slug}`) || (trouble.kind === "forbidden" ? t("not-here") : trouble.detail);
}

/** What is wrong with a field: a key of ours, or a sentence of the hub. */
export function wrongWords(said: string): string {
  if (t(said)) return t(said);
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(said);
    if (found) return t(key, { from: found[1] ?? "", to: found[2] ?? "" });
  }
  return t("wrong.other", { said });
}
