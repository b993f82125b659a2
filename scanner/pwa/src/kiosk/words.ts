// The kiosk's own words, in the language of the frame.

import { english } from "./english.ts";
import type { Say } from "./frame.ts";
import { spanish } from "./spanish.ts";

const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = { en: english, es: spanish };

/** A function that gives the words of a key with {names} filled in; "" when there are none. */
export function wordsOf(language: string): Say {
  const words: Readonly<Record<string, string>> = LANGUAGES[language] ?? english;
  return (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
