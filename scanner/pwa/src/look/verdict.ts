// The inside of a verdict: what entries.ts prepared, and the next steps it offers.

import type { Answer, Choice, Wish } from "../domain/answer.ts";
import { GENDERS, isOfExtra, type Party } from "../domain/model.ts";
import { t, tOf } from "../words/words.ts";
import { button, el } from "./dom.ts";
import { COUNTED_KINDS, type Entry, type Shown } from "./entries.ts";
import { rightsList } from "./rights.ts";
import { shape, sign } from "./shapes.ts";
import { whyList } from "./why.ts";

const AT_A_TAP = 4; // so many more of a party are let in by one tap

export interface Steps {
  scan: (wish: Wish) => void;
  rest: (entry: Entry) => void;
  anyway: (entry: Entry) => void;
}

export function verdictParts(entry: Entry, steps: Steps & { close: () => void; open: () => void }): HTMLElement[] {
  const opener = button(sign("open"), steps.open, { class: "verdict-open", "aria-label": t("open") });
  const closer = button(sign("close"), steps.close, { class: "verdict-close", "aria-label": t("close") });
  const picture = shape(entry.look.shape, entry.look.count);
  return [closer, el("div", { class: "verdict-inside" }, picture, texts(entry), ...stepsOf(entry, steps)), opener];
}

function texts(entry: Entry): HTMLElement {
  return el("div", { class: "verdict-texts" },
    el("h2", { class: "word" }, entry.word),
    entry.name ? el("p", { class: "name" }, entry.name) : null,
    entry.detail ? el("p", { class: "detail" }, entry.detail) : null,
    entry.answer ? rightsList(entry.answer.allowances ?? [], entry.answer.allowance, t) : null,
    ...entry.notes.map((note) => el("p", { class: "note" }, note)),
    entry.meta ? el("p", { class: "meta" }, entry.meta) : null,
  );
}

function stepsOf(entry: Entry, steps: Steps): HTMLElement[] {
  const { answer } = entry;
  if (!answer) return [];
  const row = el("div", { class: "step-row" }, ...nextSteps(entry, answer, steps), whyButton());
  return [choices(answer, entry.scan, steps), whyList(answer), row].filter((part) => part !== null);
}

function choices(answer: Answer, scan: Shown, steps: Steps): HTMLElement | null {
  if (!answer.choices?.length) return null;
  const rows = answer.choices.map((choice) =>
    el("button", { type: "button", class: "choice", "data-testid": "choice", onclick: () => steps.scan({ ...wishOf(scan), admission: choice.admission }) },
      el("b", {}, choice.name || choice.rate || choice.admission),
      el("span", {}, [choice.rate, t(`kind.${choice.kind}`), leftOf(choice)].filter(Boolean).join(" · ")),
    ));
  return el("div", { class: "choices" }, ...rows);
}

const leftOf = (choice: Choice): string => (choice.left === null || choice.left === undefined ? "" : t("choice.left", { n: choice.left }));

function nextSteps(entry: Entry, answer: Answer, steps: Steps): HTMLElement[] {
  const offered: HTMLElement[] = [];
  const mayOverrule = answer.overridable && answer.outcome !== "admit" && answer.why?.[0]?.rule !== "allowance"; // nobody makes a right of nothing
  if (answer.outcome === "ask" && answer.reason === "too_many" && answer.left > 0) {
    offered.push(strong(tOf(isOfExtra(answer), "verdict.some", { n: answer.left }), "admit-some", () =>
      steps.scan({ ...wishOf(entry.scan), heads: answer.left, party: undefined })));
  }
  if (answer.outcome === "admit" && entry.left > 0) offered.push(...restOf(entry, answer, steps));
  if (mayOverrule) offered.push(strong(tOf(isOfExtra(answer), "verdict.anyway"), "anyway", () => steps.anyway(entry)));
  return offered;
}

/** More of a party that is not complete: some by one tap, any number by two. */
function restOf(entry: Entry, answer: Answer, steps: Steps): HTMLElement[] {
  const more = (heads: number, party?: Party) => () => steps.scan({ ...wishOf(entry.scan), heads, party });
  const counted = COUNTED_KINDS.has(answer.kind ?? "") && !isOfExtra(answer);
  const tap = (label: string, said: string, id: string, act: () => void) => button(label, act, { class: "step", "data-testid": id, "aria-label": said });
  const taps = counted
    ? GENDERS.map((gender) => tap(`+1 ${t(`one.${gender}`)}`, `${t("verdict.more", { n: 1 })}: ${t(`one.${gender}`)}`, `rest-${gender}`, more(1, { [gender]: 1 })))
    : Array.from({ length: Math.min(entry.left, AT_A_TAP) }, (_, at) => tap(`+${at + 1}`, tOf(isOfExtra(answer), "verdict.more", { n: at + 1 }), `rest-${at + 1}`, more(at + 1)));
  const isAll = entry.left <= (counted ? 1 : AT_A_TAP);
  return isAll ? taps : [...taps, strong(t("verdict.rest"), "more-of-party", () => steps.rest(entry))];
}

const strong = (label: string, id: string, act: () => void) => button(label, act, { class: "step", "data-testid": id });

/** The same guest asked for again: a new scan, so nothing that made the old one itself. */
export function wishOf({ wish: { code, heads, party, admission, event } }: Shown): Wish {
  return { code, heads, party, admission, event };
}

function whyButton(): HTMLElement {
  const toggle = (event: MouseEvent) => {
    const pressed = event.currentTarget as HTMLElement;
    const list = pressed.closest(".verdict-inside")?.querySelector<HTMLElement>(".why");
    if (!list) return;
    list.hidden = !list.hidden;
    pressed.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  };
  return button(t("why"), toggle, { class: "step quiet", "data-testid": "why", "aria-expanded": "false" });
}
