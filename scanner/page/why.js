// Why a verdict is what it is: the rule, the value it met, and how old what we knew was.

import { el } from "./dom.js";
import { age, clockTime, hubNow } from "./times.js";
import { language, t } from "./words.js";

export function whyList(answer) {
  const rules = (answer.why ?? []).flatMap(({ rule, value }) =>
    [el("dt", {}, ruleWords(rule)), el("dd", {}, valueWords(rule, value, answer))]);
  return el("div", { class: "why", "data-testid": "why-list", hidden: true },
    rules.length > 0 ? el("dl", {}, ...rules) : el("p", {}, t("why.none")),
    answer.as_of ? el("p", {}, asOf(answer.as_of)) : null);
}

const ruleWords = (rule) => t(`rule.${rule}`) || String(rule).replaceAll("_", " ");

// The hub names values in words of the program; those that we know are said in the reader's language.
const COUNTS = [
  [/^(\d+) of (\d+) left$/, (left, limit) => t("value.left", { left, limit })],
  [/^(\d+) entered$/, (entered) => t("value.entered", { entered })],
];

function valueWords(rule, value, answer) {
  const text = String(value ?? "");
  if (text === "") return "–";
  if (rule === "event") return answer.event?.name || text;
  for (const [pattern, words] of COUNTS) {
    const [whole, ...numbers] = pattern.exec(text) ?? [];
    if (whole) return words(...numbers);
  }
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return clockTime(text, language());
  return t(`value.${text}`) || t(`kind.${text}`) || text;
}

function asOf(moment) {
  const seconds = (hubNow() - Date.parse(moment)) / 1000;
  return `${t("why.asOf", { time: clockTime(moment, language()) })} (${age(seconds)})`;
}
