// Why a verdict is what it is: the rule, the value it met, and how old what we knew was.

import type { Answer } from "../domain/answer.ts";
import { ENTRANCE } from "../domain/model.ts";
import { age, clockTime, hubNow } from "../words/times.ts";
import { language, t } from "../words/words.ts";
import { el } from "./dom.ts";

export function whyList(answer: Answer): HTMLElement {
  const rules = (answer.why ?? []).flatMap(({ rule, value }) =>
    [el("dt", {}, ruleWords(rule)), el("dd", {}, valueWords(rule, value, answer))]);
  return el("div", { class: "why", "data-testid": "why-list", hidden: true },
    rules.length > 0 ? el("dl", {}, ...rules) : el("p", {}, t("why.none")),
    answer.as_of ? el("p", {}, asOf(answer.as_of)) : null);
}

const ruleWords = (rule: string): string => t(`rule.${rule}`) || String(rule).replaceAll("_", " ");

// The hub names values in words of the program; those that we know are said in the reader's language.
const COUNTS: [RegExp, (...numbers: string[]) => string][] = [
  [/^(\d+) of (\d+) left$/, (left = "", limit = "") => t("value.left", { left, limit })],
  [/^(\d+) entered$/, (entered = "") => t("value.entered", { entered })],
];

function valueWords(rule: string, value: string, answer: Answer): string {
  const text = String(value ?? "");
  if (text === "") return "–";
  if (rule === "event") return answer.event?.name || text;
  if (rule === "allowance" && text !== ENTRANCE) return answer.allowances.find(({ ref }) => ref === text)?.name || t("rights.extra");
  for (const [pattern, words] of COUNTS) {
    const [whole, ...numbers] = pattern.exec(text) ?? [];
    if (whole) return words(...numbers);
  }
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return clockTime(text, language());
  return t(`value.${text}`) || t(`kind.${text}`) || text;
}

function asOf(moment: string): string {
  const seconds = (hubNow() - Date.parse(moment)) / 1000;
  return `${t("why.asOf", { time: clockTime(moment, language()) })} (${age(seconds)})`;
}
