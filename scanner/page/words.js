// The page's own words. The words about a guest come from the hub, in the language asked for.

import { english } from "./english.js";
import { spanish } from "./spanish.js";

const LANGUAGES = { en: english, es: spanish };
let current = "en";

export const language = () => current;

/** "es" for any Spanish, "en" for everything else. */
export function setLanguage(tag) {
  current = String(tag ?? "").toLowerCase().startsWith("es") ? "es" : "en";
  document.documentElement.lang = current;
}

/** The words of a key, with {names} filled in; "" when there are none. */
export function t(key, values = {}) {
  return (LANGUAGES[current][key] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Puts the words of the current language on everything in the page that names a key. */
export function paintWords(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}
