// The inside of a verdict: what entries.js prepared, and the next steps it offers.

import { COUNTED_KINDS } from "./entries.js";
import { button, el } from "./dom.js";
import { shape, sign } from "./shapes.js";
import { age, clockTime, hubNow } from "./times.js";
import { language, t } from "./words.js";

/** steps: {scan(wish), party(entry), anyway(entry), close(), open()}. */
export function verdictParts(entry, steps) {
  const opener = button(sign("open"), steps.open, { class: "verdict-open", "aria-label": t("open") });
  const closer = button(sign("close"), steps.close, { class: "verdict-close", "aria-label": t("close") });
  return [closer, el("div", { class: "verdict-inside" }, picture(entry), texts(entry), ...stepsOf(entry, steps)), opener];
}

function picture(entry) {
  return shape(entry.look.shape, entry.look.count);
}

function texts(entry) {
  return el("div", { class: "verdict-texts" },
    el("h1", { class: "word" }, entry.word),
    entry.name ? el("p", { class: "name" }, entry.name) : null,
    entry.detail ? el("p", { class: "detail" }, entry.detail) : null,
    ...entry.notes.map((note) => el("p", { class: "note" }, note)),
    entry.meta ? el("p", { class: "meta" }, entry.meta) : null,
  );
}

function stepsOf(entry, steps) {
  if (!entry.answer) return [];
  const row = el("div", { class: "step-row" }, ...nextSteps(entry, steps), whyButton());
  return [choices(entry, steps), whyList(entry.answer), row].filter(Boolean);
}

function choices({ answer, scan }, steps) {
  if (!answer.choices?.length) return null;
  const rows = answer.choices.map((choice) =>
    el("button", { type: "button", class: "choice", "data-testid": "choice", onclick: () => steps.scan({ ...wishOf(scan), admission: choice.admission }) },
      el("b", {}, choice.name || choice.rate || choice.admission),
      el("span", {}, [choice.rate, t(`kind.${choice.kind}`), leftOf(choice)].filter(Boolean).join(" · ")),
    ));
  return el("div", { class: "choices" }, ...rows);
}

const leftOf = (choice) => (choice.left === null || choice.left === undefined ? "" : `${t("rule.left")} ${choice.left}`);

function nextSteps(entry, steps) {
  const { answer, scan } = entry;
  const offered = [];
  if (answer.outcome === "ask" && answer.reason === "too_many" && answer.left > 0) {
    offered.push(strong(t("verdict.some", { n: answer.left }), "admit-some", () =>
      steps.scan({ ...wishOf(scan), heads: answer.left, party: undefined })));
  }
  if (answer.outcome === "admit" && entry.left > 0) offered.push(strong(t("verdict.rest"), "more-of-party", () => steps.party(entry)));
  if (answer.overridable && answer.outcome !== "admit") offered.push(strong(t("verdict.anyway"), "anyway", () => steps.anyway(entry)));
  return offered;
}

const strong = (label, id, act) => button(label, act, { class: "step", "data-testid": id });

/** The same guest asked for again: a new scan, so nothing that made the old one itself. */
export function wishOf(scan) {
  const { code, heads, party, admission } = scan.body;
  return { code, heads, party, admission };
}

export const countsByGender = (kind) => COUNTED_KINDS.has(kind);

function whyButton() {
  const toggle = (event) => {
    const list = event.currentTarget.closest(".verdict-inside").querySelector(".why");
    list.hidden = !list.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  };
  return button(t("why"), toggle, { class: "step quiet", "data-testid": "why", "aria-expanded": "false" });
}

function whyList(answer) {
  const rules = (answer.why ?? []).flatMap(({ rule, value }) => [el("dt", {}, ruleWords(rule)), el("dd", {}, valueWords(value))]);
  const known = answer.as_of ? el("p", {}, asOf(answer.as_of)) : null;
  const inside = rules.length > 0 ? el("dl", {}, ...rules) : el("p", {}, t("why.none"));
  return el("div", { class: "why", "data-testid": "why-list", hidden: true }, inside, known);
}

const ruleWords = (rule) => t(`rule.${rule}`) || String(rule).replaceAll("_", " ");

function valueWords(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "object") return Object.values(value).map(valueWords).join(", ");
  const known = t(`value.${value}`);
  if (known) return known;
  return /^\d{4}-\d\d-\d\dT/.test(value) ? clockTime(value, language()) : String(value);
}

function asOf(moment) {
  const seconds = (hubNow() - Date.parse(moment)) / 1000;
  return `${t("why.asOf", { time: clockTime(moment, language()) })} (${age(seconds)})`;
}
