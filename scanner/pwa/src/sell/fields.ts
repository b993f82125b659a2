// The fields of a ticket's holder, and the mark at one that is wrong.

import { type Child, el } from "../look/dom.ts";
import type { Wrong } from "./draft.ts";
import type { Field, Question, Rate, TicketWish } from "./wire.ts";
import { t, wrongWords } from "./words.ts";

const CHOICES: Partial<Record<Field, string[]>> = { gender: ["female", "male"], document_type: ["dni", "nie", "passport", "other"] };
const KINDS: Partial<Record<Field, Record<string, string>>> = {
  name: { autocapitalize: "words" }, email: { type: "email", inputmode: "email" }, phone: { type: "tel", inputmode: "tel" },
  // No date fields: a gun's keys are kept from the page, and a date field gives no letter back.
  birthday: { inputmode: "numeric" }, country_code: { maxlength: "2", autocapitalize: "characters" }, document_number: { autocapitalize: "characters" },
};

/** A label over its control. `name` is the hub's name of the field: what is wrong with it stands below. */
export function line(name: string, label: string, control: HTMLElement, ...more: Child[]): HTMLElement {
  return el("div", { class: "field", "data-field": name }, el("label", {}, el("span", {}, label), control), ...more);
}

export function textField(id: string, value: string, put: (value: string) => void, more: Record<string, string | boolean> = {}): HTMLInputElement {
  const field: HTMLInputElement = el("input", {
    type: "text", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", maxlength: 200, value, "data-testid": id,
    oninput: () => put(field.value), ...more,
  });
  return field;
}

export function listField(id: string, options: [string, string][], value: string, put: (value: string) => void): HTMLSelectElement {
  const items = [["", "–"], ...options].map(([one, words]) => el("option", { value: one ?? "", selected: one === value }, words));
  const field: HTMLSelectElement = el("select", { "data-testid": id, onchange: () => put(field.value) }, ...items);
  return field;
}

/** One field of ticket number `at`. */
export function holderField(at: number, field: Field, ticket: TicketWish, changed: () => void): HTMLElement {
  const put = (value: string) => { ticket[field] = value; changed(); };
  const [id, value, choices] = [`holder-${field}`, ticket[field] ?? "", CHOICES[field]];
  const control = choices
    ? listField(id, choices.map((one): [string, string] => [one, t(`${field}.${one}`)]), value, put)
    : textField(id, value, put, { ...KINDS[field], ...(field === "birthday" ? { placeholder: t("birthday.as") } : {}) });
  return line(`tickets[${at}].${field}`, t(`field.${field}`), control);
}

/** One question of the rate, for ticket number `at`. */
export function questionField(at: number, question: Question, ticket: TicketWish, changed: () => void): HTMLElement {
  const put = (value: string) => { ticket.answers[question.id] = value; changed(); };
  const value = ticket.answers[question.id] ?? "";
  const control = question.options.length > 0
    ? listField("question", question.options.map((one): [string, string] => [one, one]), value, put)
    : textField("question", value, put);
  return line(`tickets[${at}].answers.${question.id}`, question.required ? question.label : t("optional", { label: question.label }), control);
}

export const asksAnything = (rate: Rate, fields: Field[]): boolean => fields.length > 0 || rate.questions.length > 0;

/** Marks what is wrong at its field and shows the first one. Gives those that have no field here. */
export function markWrong(form: HTMLElement, wrong: readonly Wrong[]): Wrong[] {
  clearMarks(form);
  const [here, elsewhere]: [Wrong[], Wrong[]] = [[], []];
  for (const one of wrong) (mark(form, one) ? here : elsewhere).push(one);
  const first = form.querySelector<HTMLElement>("[aria-invalid=true]");
  first?.focus();
  first?.closest(".field")?.scrollIntoView({ block: "center" });
  return elsewhere;
}

export function clearMarks(form: HTMLElement): void {
  for (const old of form.querySelectorAll(".field-wrong")) old.remove();
  for (const old of form.querySelectorAll("[aria-invalid]")) for (const name of ["aria-invalid", "aria-describedby"]) old.removeAttribute(name);
}

function mark(form: HTMLElement, { field, words }: Wrong): boolean {
  const place = form.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`);
  if (place === null || place.querySelector(".field-wrong")) return place !== null;
  const id = `wrong-${field.replace(/\W/g, "-")}`;
  const said = el("p", { class: "field-wrong", id, "data-testid": "field-wrong" }, wrongWords(words));
  place.firstElementChild?.after(said);
  const control = place.querySelector("input, select");
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", id);
  return true;
}

