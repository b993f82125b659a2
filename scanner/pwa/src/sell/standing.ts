// What every screen of a sale says first, and what can be done on it.

import { el } from "../look/dom.ts";
import { shape } from "../look/shapes.ts";
import { money } from "./money.ts";
import type { Decision, Sale, SaleState, Step } from "./wire.ts";
import { t } from "./words.ts";

export interface SaleActs {
  step: (step: Step) => void;
  confirm: () => void;
  decide: (decision: Decision, reason: string) => void;
  print: () => void;
  /** Sell something else. */
  next: () => void;
  /** The same once more, as it was filled in; null: it is not known here any more. */
  again: (() => void) | null;
}

export const DONE: ReadonlySet<SaleState> = new Set(["due", "issued", "paid", "discarded"]);

export const outside = ({ tickets }: Sale): number => tickets.filter(({ entered }) => !entered).length;
export const inside = ({ tickets }: Sale): number => tickets.filter(({ entered }) => entered).length;

/** They came in with it: a verdict, with its colour, its shape and its sound. */
export const isVerdict = (sale: Sale): boolean => DONE.has(sale.state) && sale.tickets.length > 0 && outside(sale) === 0;

/** The word, what it is about, and the sum. Coloured only when it is a verdict. */
export function head(sale: Sale, word: string, detail: string): HTMLElement {
  const verdict = isVerdict(sale);
  return el("div", { class: "sale-head", "data-look": verdict ? "admit" : null, "data-verdict": String(verdict) },
    verdict ? shape("tick") : null,
    el("div", {}, el("h3", { class: "sale-word" }, word), el("p", { class: "sale-detail" }, detail),
      el("p", { class: "sale-what" }, [`${sale.quantity} × ${sale.rate}`, money(sale.total), t(`tender.${sale.tender}`)].join(" · "))));
}
