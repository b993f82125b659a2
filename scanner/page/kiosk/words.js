// The kiosk's own words, in the language of the frame.

import { english } from "./english.js";
import { spanish } from "./spanish.js";

const LANGUAGES = { en: english, es: spanish };

/** A function that gives the words of a key with {names} filled in; "" when there are none. */
export function wordsOf(language) {
  const words = LANGUAGES[language] ?? english;
  return (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
