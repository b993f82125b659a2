// Sheets that come up from below. The next scan closes whatever is open.

import { GENDERS, type Party } from "../domain/model.ts";
import { t, tOf } from "../words/words.ts";
import { button, type Child, el } from "./dom.ts";
import type { Wanted } from "./heads.ts";
import { sign } from "./shapes.ts";

const MOST = 99;
const NUMBERS = 12; // that are offered as buttons

let opened: HTMLDialogElement | null = null;

/** Opens a sheet over the page; it goes when closed, replaced, or by the next scan. */
export function openSheet(id: string, title: string, ...children: Child[]): HTMLDialogElement {
  closeSheet();
  const head = el("header", {}, el("h2", {}, title), button(sign("close"), closeSheet, { class: "icon", "aria-label": t("close") }));
  const sheet = el("dialog", { class: "sheet", "data-testid": id, "aria-label": title }, head, ...children);
  sheet.addEventListener("close", () => { if (opened === sheet) opened = null; sheet.remove(); });
  sheet.addEventListener("click", (event) => { if (event.target === sheet) closeSheet(); });
  document.body.append(sheet);
  opened = sheet;
  sheet.showModal();
  return sheet;
}

export function closeSheet(): void {
  const sheet = opened;
  opened = null;
  sheet?.close();
}

interface HeadsQuestion {
  use: (answer: Wanted) => void; words: string; most?: number; counted?: boolean; party?: Party | undefined; isExtra?: boolean;
}

/** Asks how many, at most `most`: by a number and, where it may be needed, by women and men (`counted`: only so). */
export function askHeads({ use, words, most = MOST, counted = false, party = {}, isExtra = false }: HeadsQuestion): void {
  const done = (answer: Wanted) => { closeSheet(); use(answer); };
  const numbers = Array.from({ length: Math.min(most, NUMBERS) }, (_, index) => index + 1);
  const grid = counted ? null : el("div", { class: "grid" }, ...numbers.map((n) =>
    button(String(n), () => done({ heads: n }), { "data-testid": `sheet-heads-${n}` })));
  const byGender = counted || (most > NUMBERS && !isExtra) ? counters({ words, most, party, done }) : [];
  openSheet("heads-sheet", tOf(isExtra, "heads.title"), grid, ...byGender);
}

interface Counting { words: string; most: number; party: Party; done: (answer: Wanted) => void }

function counters({ words, most, party, done }: Counting): HTMLElement[] {
  const counts: Required<Party> = { women: party.women ?? 0, men: party.men ?? 0, no_gender: party.no_gender ?? 0 };
  const total = () => GENDERS.reduce((sum, gender) => sum + counts[gender], 0);
  const submit = button("", () => done({ heads: total(), party: { ...counts } }), { class: "primary", "data-testid": "party-use" });
  const rows = GENDERS.map((gender) => stepper(gender, counts, () => total() < most, update));
  function update(): void {
    submit.textContent = t(words, { n: total() || "–" });
    submit.disabled = total() === 0;
    for (const { show } of rows) show();
  }
  update();
  return [el("h3", {}, t("heads.count")), el("div", { class: "steppers" }, ...rows.map(({ row }) => row)), submit];
}

function stepper(gender: (typeof GENDERS)[number], counts: Required<Party>, mayAdd: () => boolean, changed: () => void) {
  const number = el("output", {});
  const change = (by: number) => () => { counts[gender] += by; changed(); };
  const fewer = button("−", change(-1), { "aria-label": `${t(gender)}: ${t("fewer")}` });
  const another = button("+", change(1), { "aria-label": `${t(gender)}: ${t("another")}`, "data-testid": `party-${gender}` });
  const show = () => {
    number.textContent = String(counts[gender]);
    fewer.disabled = counts[gender] === 0;
    another.disabled = !mayAdd();
  };
  return { row: el("div", { class: "stepper" }, el("span", {}, t(gender)), fewer, number, another), show };
}

/** Asks which of the codes of one picture is meant. */
export function askCode(codes: string[], use: (code: string) => void): void {
  const rows = codes.map((code) => button(code, () => { closeSheet(); use(code); }, { class: "wide", "data-testid": "code-choice" }));
  openSheet("codes-sheet", t("codes.title"), ...rows);
}

interface Exception { reason: string; pin?: string }

interface ReasonQuestion { use: (exception: Exception) => void; pinNeeded: boolean; check: (pin: string) => Promise<string>; isExtra: boolean }

/** Asks for the reason of an exception, and for the supervisor's PIN where the house has one. `check` says what is
 * wrong with a PIN before anything is asked for; nothing when it may be tried. */
export function askReason({ use, pinNeeded, check, isExtra }: ReasonQuestion): void {
  const pin = el("input", {
    type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 12, "data-testid": "pin-input", "aria-label": t("anyway.pin"),
    placeholder: t("anyway.pin"),
  });
  const wrong = el("p", { class: "wrong", role: "alert", "data-testid": "pin-wrong", hidden: true });
  async function done(reason: string): Promise<void> {
    const said = pinNeeded ? await check(pin.value) : "";
    wrong.textContent = said;
    wrong.hidden = said === "";
    if (said) return pin.focus();
    closeSheet();
    use(pinNeeded ? { reason, pin: pin.value } : { reason });
  }
  const ready = ["anyway.1", "anyway.2", "anyway.3"].map((key, index) =>
    button(t(key), () => done(t(key)), { class: "wide", "data-testid": `reason-${index + 1}` }));
  const field = el("input", {
    type: "text", required: true, maxlength: 200, "data-testid": "reason-input", "aria-label": t("anyway.field"), placeholder: t("anyway.field"),
  });
  const submit = (event: Event) => { event.preventDefault(); if (field.value.trim()) void done(field.value.trim()); };
  const form = el("form", { class: "line", onsubmit: submit },
    field, el("button", { type: "submit", class: "primary", "data-testid": "reason-submit" }, tOf(isExtra, "verdict.anyway")));
  openSheet("anyway-sheet", tOf(isExtra, "anyway.title"), pinNeeded ? pin : null, wrong, ...ready, form);
}

/** A line of a sheet: what it is, and the control that changes it. */
export const setting = (key: string, ...controls: Child[]): HTMLElement => el("div", { class: "setting" }, el("span", {}, t(key)), ...controls);

/** One of a few. */
export function segments(id: string, options: [string, string][], chosen: string, choose: (value: string) => void): HTMLElement {
  const group = el("div", { class: "segments", role: "group" });
  for (const [value, label] of options) {
    group.append(button(label, () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String((other as HTMLElement).dataset.value === value));
      choose(value);
    }, { "data-value": value, "data-testid": `${id}-${value}`, "aria-pressed": String(value === chosen) }));
  }
  return group;
}

/** One of many. */
export function choiceOf(id: string, label: string, options: [string, string][], chosen: string, choose: (value: string) => void): HTMLSelectElement {
  const list = options.map(([value, words]) => el("option", { value, selected: value === chosen }, words));
  const select: HTMLSelectElement = el("select", { "aria-label": label, "data-testid": id, onchange: () => choose(select.value) }, ...list);
  return select;
}
