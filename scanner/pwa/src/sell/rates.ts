// What can be sold now: each rate with its price, what it costs later, and how old all that is.

import { button, type Child, el } from "../look/dom.ts";
import { choiceOf } from "../look/sheets.ts";
import { age, clockTime, hubNow } from "../words/times.ts";
import { language } from "../words/words.ts";
import { currentOf, offered, priceOf, stateOf } from "./draft.ts";
import { money } from "./money.ts";
import { alertOf, openPart } from "./sheet.ts";
import type { Price, Rate, Rates, Tender } from "./wire.ts";
import { many, t } from "./words.ts";

const FEW = 20; // that are left are worth a word

export interface RatesView {
  /** null: they are being asked for. */
  paint(rates: Rates | null): void;
  /** They could not be had; `old`: those of before are shown. */
  fail(words: string, old: boolean): void;
  /** Says whether the till of this station is closed. */
  till(closed: boolean): void;
}

export interface RatesActs {
  choose: (rate: Rate) => void;
  event: (id: string) => void;
  again: () => void;
  till: () => void;
  sales: () => void;
}

interface Asked { events: [string, string][]; event: string; conflicts: number; tenders: readonly Tender[]; acts: RatesActs }

export function openRates({ events, event, conflicts, tenders, acts }: Asked): RatesView {
  const part = openPart("sell-sheet", t("sell"));
  part.sheet.dataset.step = "rates";
  const closed = button(t("till.closed"), acts.till, { class: "wide", "data-testid": "till-closed", hidden: true });
  const picker = events.length > 1 ? choiceOf("sell-event", t("event"), events, event, acts.event) : null;
  part.foot(el("div", { class: "pair" },
    button(t("till"), acts.till, { class: "plain", "data-testid": "till-open" }),
    button(conflicts > 0 ? t("sales.look", { n: conflicts }) : t("sales"), acts.sales, { class: conflicts > 0 ? "primary" : "plain", "data-testid": "sales-open" })));
  return {
    paint: (rates) => part.show(picker, closed, ...(rates ? listOf(rates, tenders, acts) : [el("p", { class: "quiet" }, t("rates.loading"))])),
    fail: (words, old) => (old ? part.sheet.querySelector(".sell-body")?.prepend(alertOf("rates-failed", words)) : part.show(picker, closed, alertOf("rates-failed", words),
      button(t("rates.again"), acts.again, { class: "primary", "data-testid": "rates-again" }))),
    till: (isClosed) => { closed.hidden = !isClosed; },
  };
}

function listOf(rates: Rates, tenders: readonly Tender[], acts: RatesActs): Child[] {
  const rows = rates.items.map((rate) => rowOf(rate, offered(rate, tenders)[0], () => acts.choose(rate)));
  return [
    rates.failed ? el("p", { class: "wrong", "data-testid": "rates-failed" }, t("rates.failed")) : null,
    rows.length > 0 ? el("div", { class: "rates-list" }, ...rows) : el("p", { class: "quiet" }, t("rates.none")),
    el("p", { class: "rates-age" }, el("span", { "data-testid": "rates-age" }, ageOf(rates)), button(t("rates.again"), acts.again, { class: "plain", "data-testid": "rates-again" })),
  ];
}

export function ageOf({ as_of: asOf }: Rates): string {
  return asOf === null ? t("rates.never") : t("rates.age", { age: age((hubNow() - Date.parse(asOf)) / 1000) });
}

/** `tender`: how it is paid first; its price is the one that is shown. */
function rowOf(rate: Rate, tender: Tender | undefined, choose: () => void): HTMLElement {
  const state = stateOf(rate);
  const price = currentOf(rate);
  const row = el("button", { type: "button", class: "rate", "data-testid": "rate-row", "data-rate": rate.id, "data-state": state, disabled: state !== "on", onclick: choose },
    el("b", {}, rate.name), el("b", { class: "price" }, price ? money(priceOf(price, tender)) : ""), el("span", {}, wordsOf(rate, state, tender)));
  return row;
}

function wordsOf(rate: Rate, state: "on" | "soldout" | "later", tender: Tender | undefined): string {
  const price = currentOf(rate);
  const next = rate.prices.find(({ id }) => id === rate.following);
  if (state === "soldout") return t("rate.soldout");
  if (state === "later" || price === null) return next ? t("rate.later", { price: money(priceOf(next, tender)) }) : t("rate.soldout");
  return [price.name === rate.name ? "" : price.name, tender === "phone" ? feeWords(price) : "", leftWords(rate, price), thenWords(price, next, tender)].filter(Boolean).join(" · ");
}

export const feeWords = ({ fee }: Price): string => (fee.minor > 0 ? t("rate.fee", { fee: money(fee) }) : "");

function leftWords(rate: Rate, price: Price): string {
  const left = [rate.available, price.left].filter((one) => one !== null);
  const least = Math.min(...left);
  return left.length > 0 && least <= FEW ? many("rate.left", least) : "";
}

function thenWords(price: Price, next: Price | undefined, tender: Tender | undefined): string {
  const at = price.until ? clockTime(price.until, language()) : "";
  if (!next) return at ? t("rate.until", { at }) : "";
  return at ? t("rate.then", { price: money(priceOf(next, tender)), at }) : t("rate.next", { price: money(priceOf(next, tender)) });
}
