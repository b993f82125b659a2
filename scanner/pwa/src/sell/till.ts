// The till of this station: opened with a float, closed with a count, and what a shift took.

import { recall, remember } from "../keep/storage.ts";
import { button, type Child, el } from "../look/dom.ts";
import { clockTime, dayOf } from "../words/times.ts";
import { language } from "../words/words.ts";
import { countHelp } from "./coins.ts";
import { clearMarks, line, markWrong, textField } from "./fields.ts";
import { minorOf, money, signed } from "./money.ts";
import { openPart } from "./sheet.ts";
import { type Shift, TENDERS } from "./wire.ts";
import { many, t } from "./words.ts";

const NAME = "till-by"; // whoever stands at this till tonight need not write it twice

/** What was filled in is given to `done`; that gives what is wrong with it by field, or nothing. */
type Done<T> = (filled: T) => Promise<{ field: string; words: string }[]>;

interface Opening { currency: string; back: () => void; shifts: () => void; done: Done<{ by: string; float: number; currency: string }> }

export function openTillOpening({ currency, back, shifts, done }: Opening): void {
  const part = openPart("till-open-sheet", t("till.open"), { back });
  const [by, amount] = [nameField(), amountField("till-float")];
  part.show(el("p", { class: "quiet" }, t("till.open.why")),
    formOf([line("by", t("till.by"), by), line("float", t("till.float"), amount, countHelp(currency, put(amount)))], t("till.open.do"), "till-open-do",
      () => [minorOf(amount.value, currency) === null ? { field: "float", words: "wrong.amount" } : null, by.value.trim() ? null : { field: "by", words: "wrong.needed" }],
      () => done({ by: named(by), float: minorOf(amount.value, currency) ?? 0, currency })),
    button(t("shifts"), shifts, { class: "wide", "data-testid": "shifts-open" }));
}

interface Closing { shift: Shift; back: () => void; done: Done<{ by: string; counted: number; note: string }> }

/** What is expected is not said before it is counted. */
export function openTillClosing({ shift, back, done }: Closing): void {
  const part = openPart("till-close-sheet", t("till.close"), { back });
  const { currency } = shift.float;
  const [by, amount, note] = [nameField(), amountField("till-counted"), textField("till-note", "", () => undefined, { maxlength: "500" })];
  part.show(el("p", { class: "quiet" }, t("till.close.how")),
    formOf([line("counted", t("till.counted"), amount, countHelp(currency, put(amount))), line("by", t("till.by"), by), line("note", t("till.note"), note)], t("till.close.do"), "till-close-do",
      () => [minorOf(amount.value, currency) === null ? { field: "counted", words: "wrong.amount" } : null, by.value.trim() ? null : { field: "by", words: "wrong.needed" }],
      () => done({ by: named(by), counted: minorOf(amount.value, currency) ?? 0, note: note.value.trim() })));
}

const nameField = (): HTMLInputElement => textField("till-by", recall(NAME, ""), () => undefined, { maxlength: "60", autocapitalize: "words" });
const amountField = (id: string): HTMLInputElement => textField(id, "", () => undefined, { inputmode: "decimal", maxlength: "20" });
const put = (field: HTMLInputElement) => (text: string) => { field.value = text; };

function named(field: HTMLInputElement): string {
  const name = field.value.trim();
  remember(NAME, name);
  return name;
}

type Problem = { field: string; words: string };

function formOf(lines: HTMLElement[], words: string, id: string, check: () => (Problem | null)[], send: () => Promise<Problem[]>): HTMLElement {
  const said = el("div", { role: "alert" });
  const submit = el("button", { type: "submit", class: "primary", "data-testid": id }, words);
  const form: HTMLFormElement = el("form", { class: "till-form", novalidate: true, oninput: () => clearMarks(form), onsubmit: (event: Event) => { event.preventDefault(); void go(); } }, ...lines, said, submit);
  async function go(): Promise<void> {
    const wrong = check().filter((one) => one !== null);
    submit.disabled = true;
    const rest = markWrong(form, wrong.length > 0 ? wrong : await send());
    submit.disabled = false;
    said.replaceChildren(...rest.map((one) => el("p", { class: "wrong", "data-testid": "till-wrong" }, one.words)));
  }
  return form;
}

interface Reporting { shift: Shift; back: () => void; close: (() => void) | null; shifts: () => void; print: (say: (words: string) => void) => void }

/** An open shift so far, or a closed one. */
export function openReport({ shift, back, close, shifts, print }: Reporting): void {
  const part = openPart("till-report", shift.closed_at ? t("shift") : t("till"), { back });
  part.sheet.dataset.shift = String(shift.id);
  part.show(el("p", { class: "quiet" }, whoWords(shift)), figures(shift), differenceOf(shift), byTender(shift), byRate(shift),
    shift.note ? el("p", { "data-testid": "shift-note" }, shift.note) : null);
  const said = el("p", { class: "print-said", role: "status", "data-testid": "print-said" });
  part.foot(said, el("div", { class: "pair" }, button(t("shifts"), shifts, { class: "plain", "data-testid": "shifts-open" }),
    button(t("print"), () => print((words) => { said.textContent = words; }), { class: "plain", "data-testid": "shift-print" }),
    close ? button(t("till.close"), close, { class: "primary", "data-testid": "till-close" }) : null));
}

const when = (at: string): string => `${dayOf(at, language(), true)} ${clockTime(at, language())}`;

function whoWords(shift: Shift): string {
  const opened = t("shift.opened", { at: when(shift.opened_at), by: shift.opened_by });
  return shift.closed_at ? `${opened} · ${t("shift.closed", { at: when(shift.closed_at), by: shift.closed_by })}` : opened;
}

function figures(shift: Shift): HTMLElement {
  const figure = (id: string, value: string, words: string): HTMLElement => el("div", { "data-testid": `till-${id}` }, el("b", {}, value), el("span", {}, words));
  return el("div", { class: "figures three", role: "group", "aria-label": t("shift") },
    figure("sales", String(shift.sales), many("sales.count", shift.sales)), figure("tickets", String(shift.tickets), many("tickets.count", shift.tickets)),
    figure("sum", money({ minor: shift.cash.minor + shift.card.minor + shift.phone.minor, currency: shift.cash.currency }), t("shift.sum")));
}

/** What was counted, what should be there, and what that is apart. Said by words and sign: colours are the verdicts'. */
function differenceOf({ counted, difference, expected, float, closed_at: closed }: Shift): HTMLElement {
  const rows: [string, string, string][] = [["float", t("till.float"), money(float, false)]];
  if (closed) rows.push(["expected", t("shift.expected"), money(expected, false)]);
  if (counted) rows.push(["counted", t("shift.counted"), money(counted, false)]);
  if (difference) rows.push(["difference", t(difference.minor === 0 ? "shift.exact" : difference.minor < 0 ? "shift.missing" : "shift.more"), signed(difference)]);
  return tableOf("shift", rows);
}

function byTender(shift: Shift): HTMLElement {
  return tableOf("taken", TENDERS.map((one) => [one, one === "phone" ? t("shift.phone") : t(`tender.${one}`), money(shift[one], false)]));
}

function byRate({ by_rate: taken }: Shift): HTMLElement | null {
  if (taken.length === 0) return null;
  return tableOf("rates", taken.map(({ rate, price, tickets, total }) => ["rate", `${tickets} × ${[rate, price === rate ? "" : price].filter(Boolean).join(", ")}`, money(total, false)]));
}

function tableOf(id: string, rows: [string, string, string][]): HTMLElement {
  const lines = rows.map(([name, words, value]) => el("tr", { "data-testid": `${id}-${name}` }, el("th", { scope: "row" }, words), el("td", {}, value)));
  return el("table", { class: "rates", "aria-label": t(`table.${id}`) }, el("tbody", {}, ...lines));
}

interface Listing { items: Shift[] | null; back: () => void; open: (shift: Shift) => void }

export function openShifts({ items, back, open }: Listing): void {
  const part = openPart("shifts-sheet", t("shifts"), { back });
  const rows: Child[] = (items ?? []).map((shift) => el("button", { type: "button", class: "sale-row", "data-testid": "shift-row", "data-shift": shift.id, onclick: () => open(shift) },
    el("b", {}, when(shift.opened_at)), el("b", { class: "price" }, money({ minor: shift.cash.minor + shift.card.minor + shift.phone.minor, currency: shift.cash.currency })),
    el("span", {}, [shift.opened_by, shift.closed_at ? "" : t("shift.still"), shift.difference && shift.difference.minor !== 0 ? signed(shift.difference) : ""].filter(Boolean).join(" · "))));
  part.show(rows.length > 0 ? el("div", { class: "rates-list" }, ...rows) : el("p", { class: "quiet" }, items === null ? t("no-answer") : t("shifts.none")));
}
