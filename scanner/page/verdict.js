// The inside of a verdict: what entries.js prepared, and the next steps it offers.

import { button, el } from "./dom.js";
import { shape, sign } from "./shapes.js";
import { whyList } from "./why.js";
import { t } from "./words.js";

/** steps: {scan(wish), rest(entry), anyway(entry), close(), open()}. */
export function verdictParts(entry, steps) {
  const opener = button(sign("open"), steps.open, { class: "verdict-open", "aria-label": t("open") });
  const closer = button(sign("close"), steps.close, { class: "verdict-close", "aria-label": t("close") });
  const picture = shape(entry.look.shape, entry.look.count);
  return [closer, el("div", { class: "verdict-inside" }, picture, texts(entry), ...stepsOf(entry, steps)), opener];
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

const leftOf = (choice) => (choice.left === null || choice.left === undefined ? "" : t("choice.left", { n: choice.left }));

function nextSteps(entry, steps) {
  const { answer, scan } = entry;
  const offered = [];
  if (answer.outcome === "ask" && answer.reason === "too_many" && answer.left > 0) {
    offered.push(strong(t("verdict.some", { n: answer.left }), "admit-some", () =>
      steps.scan({ ...wishOf(scan), heads: answer.left, party: undefined })));
  }
  if (answer.outcome === "admit" && entry.left > 0) offered.push(strong(t("verdict.rest"), "more-of-party", () => steps.rest(entry)));
  if (answer.overridable && answer.outcome !== "admit") offered.push(strong(t("verdict.anyway"), "anyway", () => steps.anyway(entry)));
  return offered;
}

const strong = (label, id, act) => button(label, act, { class: "step", "data-testid": id });

/** The same guest asked for again: a new scan, so nothing that made the old one itself. */
export function wishOf(scan) {
  const { code, heads, party, admission } = scan.body;
  return { code, heads, party, admission };
}

function whyButton() {
  const toggle = (event) => {
    const list = event.currentTarget.closest(".verdict-inside").querySelector(".why");
    list.hidden = !list.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  };
  return button(t("why"), toggle, { class: "step quiet", "data-testid": "why", "aria-expanded": "false" });
}
