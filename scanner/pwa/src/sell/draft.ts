// A sale that is being filled in: what it costs, what is still wrong with it, and what is sent. Pure.

import { FIELDS, type Field, type Money, type Price, type Rate, type SaleWish, TENDERS, type Tender, type TicketWish } from "./wire.ts";

export interface Draft {
  event: string; rate: string; quantity: number; warranty: boolean; admit: boolean;
  /** Whoever buys them is reached for all of them. */
  sameContact: boolean;
  /** Names are asked for though the rate needs none. */
  named: boolean;
  /** At least `quantity` of them: a number that was too small for a moment loses nothing. */
  tickets: TicketWish[];
}

/** `field` as the hub names it: "tickets[0].email"; `words`: a key of ours, or the hub's sentence. */
export interface Wrong { field: string; words: string }

const CONTACT: ReadonlySet<Field> = new Set(["email", "phone", "address", "postal_code", "country_code"]);
const MAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const PERCENT = 10_000; // what a share is counted in: 12.5 per cent is 125000

const blank = (): TicketWish => ({ answers: {}, supplements: [] });

export function newDraft(event: string, rate: Rate, admit: boolean): Draft {
  const quantity = Math.max(rate.minimum, 1);
  const draft: Draft = { event, rate: rate.id, quantity, warranty: false, admit, sameContact: true, named: false, tickets: [] };
  resize(draft, quantity);
  return draft;
}

export const currentOf = (rate: Rate): Price | null => rate.prices.find(({ id }) => id === rate.current) ?? null;

/** How many can be bought at once. */
export function mostOf(rate: Rate): number {
  const left = [rate.available, currentOf(rate)?.left].filter((one) => typeof one === "number");
  return Math.min(rate.maximum, ...left);
}

/** on: it can be bought now; later: not yet; soldout: no more. */
export function stateOf(rate: Rate): "on" | "soldout" | "later" {
  if (currentOf(rate) === null) return rate.following ? "later" : "soldout";
  return mostOf(rate) < Math.max(rate.minimum, 1) ? "soldout" : "on";
}

/** New tickets have what all of those before have. */
export function resize(draft: Draft, quantity: number): void {
  draft.quantity = quantity;
  const [first] = draft.tickets;
  const shared = first?.supplements.filter((ref) => draft.tickets.every(({ supplements }) => supplements.includes(ref))) ?? [];
  while (draft.tickets.length < quantity) draft.tickets.push({ ...blank(), supplements: [...shared] });
}

/** How many tickets have a supplement. */
export const having = (draft: Draft, ref: string): number =>
  draft.tickets.slice(0, draft.quantity).filter(({ supplements }) => supplements.includes(ref)).length;

/** Gives it to these tickets, or takes it from them. */
export function setSupplement(tickets: TicketWish[], ref: string, on: boolean): void {
  for (const one of tickets) one.supplements = [...one.supplements.filter((other) => other !== ref), ...(on ? [ref] : [])];
}

/** What is asked for each ticket; `named`: also who it is for and where it is sent. */
export function fieldsOf(rate: Rate, { named }: Pick<Draft, "named">): Field[] {
  const asked = new Set([...rate.needs, ...(named ? ["name", "email"] : [])]);
  if (asked.has("document_number")) asked.add("document_type");
  return FIELDS.filter((field) => asked.has(field));
}

/** Asked once for all of them. */
export const isShared = (draft: Draft, field: Field): boolean => draft.sameContact && CONTACT.has(field);

/** As they are sent. */
export function ticketsOf(draft: Draft, rate: Rate): TicketWish[] {
  const fields = fieldsOf(rate, draft);
  const [first = blank()] = draft.tickets;
  return draft.tickets.slice(0, draft.quantity).map((one) => {
    const said = fields.map((field): [Field, string] => [field, ((isShared(draft, field) ? first : one)[field] ?? "").trim()]);
    return { ...Object.fromEntries(said.filter(([, value]) => value !== "")), answers: answered(one, rate), supplements: one.supplements };
  });
}

function answered(one: TicketWish, rate: Rate): Record<string, string> {
  const said = rate.questions.map(({ id }): [string, string] => [id, (one.answers[id] ?? "").trim()]);
  return Object.fromEntries(said.filter(([, value]) => value !== ""));
}

/** How this rate can be paid at a station that takes money like that, in the order of the buttons. */
export const offered = (rate: Rate, tenders: readonly Tender[]): Tender[] => TENDERS.filter((one) => tenders.includes(one) && rate.tenders.includes(one));

/** What a guest pays for one: the platform's fee is taken on its own payment page alone. */
export const priceOf = ({ amount, fee }: Price, tender: Tender | undefined): Money =>
  ({ minor: amount.minor + (tender === "phone" ? fee.minor : 0), currency: amount.currency });

/** Price, supplements, and the warranty's share of the price: as the hub counts it. */
export function totalOf(draft: Draft, rate: Rate, tender: Tender | undefined): Money | null {
  const price = currentOf(rate);
  if (price === null) return null;
  const cover = draft.warranty && rate.warranty !== null ? share(price.amount.minor, rate.warranty) : 0;
  const each = priceOf(price, tender).minor + cover;
  const extras = rate.supplements.reduce((sum, { id, amount }) => sum + amount.minor * having(draft, id), 0);
  return { minor: each * draft.quantity + extras, currency: price.amount.currency };
}

/** So many per cent, rounded half up. */
export const share = (minor: number, percent: number): number =>
  Math.floor((minor * Math.round(percent * PERCENT) + (100 * PERCENT) / 2) / (100 * PERCENT));

/** What the hub would refuse, in the order of the form. */
export function wrongIn(draft: Draft, rate: Rate): Wrong[] {
  const wrong: Wrong[] = [];
  if (draft.quantity > mostOf(rate)) wrong.push({ field: "quantity", words: "wrong.left" });
  else if (draft.quantity < rate.minimum) wrong.push({ field: "quantity", words: "wrong.few" });
  ticketsOf(draft, rate).forEach((one, at) => { wrong.push(...wrongInTicket(one, rate).map(({ field, words }) => ({ field: `tickets[${at}].${field}`, words }))); });
  return wrong.filter(({ field }) => !isHidden(draft, field));
}

function wrongInTicket(one: TicketWish, rate: Rate): Wrong[] {
  const missing = FIELDS.filter((field) => rate.needs.includes(field) && !one[field]);
  const unanswered = rate.questions.filter(({ id, required }) => required && !one.answers[id]);
  return [
    ...missing.map((field) => ({ field, words: "wrong.needed" })),
    ...(one.email && !MAIL.test(one.email) ? [{ field: "email", words: "wrong.email" }] : []),
    ...(one.birthday && isoOf(one.birthday) === null ? [{ field: "birthday", words: "wrong.birthday" }] : []),
    ...(one.country_code && !/^[a-z]{2}$/i.test(one.country_code) ? [{ field: "country_code", words: "wrong.country" }] : []),
    ...unanswered.map(({ id }) => ({ field: `answers.${id}`, words: "wrong.needed" })),
  ];
}

/** Asked once, of the first ticket. */
function isHidden(draft: Draft, name: string): boolean {
  const [, at = "0", field = ""] = /^tickets\[(\d+)\]\.(\w+)$/.exec(name) ?? [];
  return at !== "0" && isShared(draft, field as Field);
}

/** The field of the form that one of the hub's stands at. */
export function shownAt(draft: Draft, name: string): string {
  return isHidden(draft, name) ? name.replace(/\[\d+\]/, "[0]") : name;
}

/** What is sent. null: the rate has no price just now. */
export function wishOf(draft: Draft, rate: Rate, tender: Tender, id: string): SaleWish | null {
  const [price, total] = [currentOf(rate), totalOf(draft, rate, tender)];
  if (price === null || total === null) return null;
  const { event, warranty, admit } = draft;
  const tickets = ticketsOf(draft, rate).map((one) => (one.birthday ? { ...one, birthday: isoOf(one.birthday) ?? one.birthday } : one));
  return { id, event, rate: rate.id, price: price.id, tender, tickets, warranty, total: total.minor, currency: total.currency, admit };
}

/** "1990-05-01" of "1/5/1990", "01.05.90" or "01051990"; null for what is no day. */
export function isoOf(text: string): string | null {
  const plain = text.trim();
  const [, year = "", month = "", day = ""] = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(plain) ?? dayFirst(plain);
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const moment = new Date(`${iso}T12:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(iso) ? iso : null;
}

function dayFirst(text: string): string[] {
  const [whole = "", day = "", month = "", year = ""] = /^(\d\d?)[/.\- ](\d\d?)[/.\- ](\d{4}|\d\d)$/.exec(text) ?? /^(\d\d)(\d\d)(\d{4})$/.exec(text) ?? [];
  const century = Number(year) > new Date().getFullYear() % 100 ? "19" : "20";
  return [whole, year.length === 2 ? `${century}${year}` : year, month, day];
}
