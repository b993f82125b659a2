// The page's own words. The words about a guest come from the hub, in the language asked for.

import { english } from "./english.ts";
import { spanish } from "./spanish.ts";

/** Every language has the keys of the English one (test/words.test.ts). */
export type Words = Readonly<Record<string, string>>;
export const LANGUAGES: Readonly<Record<string, { name: string; words: Words }>> = {
  en: { name: "English", words: english },
  es: { name: "Español", words: spanish },
};
let current = "en";

export const language = (): string => current;

/** The language of a tag such as "es-ES"; English for one that nobody wrote. */
export function setLanguage(tag: string): void {
  const short = tag.toLowerCase().split("-")[0] ?? "";
  current = short in LANGUAGES ? short : "en";
  document.documentElement.lang = current;
}

/** The words of a key, with {names} filled in; "" when there are none. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return (LANGUAGES[current]?.words[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The same where an extra may be meant: people come in, drinks are handed out. */
export const tOf = (isExtra: boolean, key: string, values: Record<string, string | number> = {}): string => t(isExtra ? `${key}.extra` : key, values);

/** Puts the words of the current language on everything in the page that names a key. */
export function paintWords(): void {
  const each = (key: string, put: (node: HTMLElement, words: string) => void) => {
    for (const node of document.querySelectorAll<HTMLElement>(`[data-${key}]`)) put(node, t(node.getAttribute(`data-${key}`) ?? ""));
  };
  each("t", (node, words) => { node.textContent = words; });
  each("t-label", (node, words) => node.setAttribute("aria-label", words));
  each("t-placeholder", (node, words) => node.setAttribute("placeholder", words));
}
