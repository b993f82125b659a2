// The sheets of one sale: as the hub has it, or as this phone keeps it without an answer.

import { button, el } from "../look/dom.ts";
import type { Kept } from "./kept.ts";
import { money } from "./money.ts";
import { leftWords, nextButton, saleParts } from "./outcome.ts";
import { alertOf, openPart, type Part } from "./sheet.ts";
import { isVerdict, type SaleActs } from "./standing.ts";
import type { Sale } from "./wire.ts";
import { t, troubleWords } from "./words.ts";

const TICK = 500; // ms

export interface SaleSheet {
  readonly id: string;
  readonly isOpen: boolean;
  /** Shows how it stands now; true: it became a verdict. */
  paint(sale: Sale): boolean;
  /** Says a sentence, or that something did not work. */
  tell(words: string): void;
  say(trouble: unknown): void;
}

export function openSale(first: Sale, actsOf: (sale: Sale) => SaleActs): SaleSheet {
  const part = openPart("sale-sheet", t("sale"));
  part.sheet.dataset.sale = first.id;
  let painted = "";
  let verdict = false;
  function paint(sale: Sale): boolean {
    const same = painted === JSON.stringify(sale);
    painted = JSON.stringify(sale);
    const became = isVerdict(sale) && !verdict;
    verdict = isVerdict(sale);
    if (!same) draw(part, sale, actsOf(sale));
    return became;
  }
  paint(first);
  const timer = setInterval(() => tick(part), TICK);
  part.sheet.addEventListener("close", () => clearInterval(timer));
  return { id: first.id, get isOpen() { return part.sheet.open; }, paint, ...voiceOf(part) };
}

function draw(part: Part, sale: Sale, acts: SaleActs): void {
  const { body, foot } = saleParts(sale, acts);
  part.sheet.dataset.state = sale.state;
  part.show(...body);
  part.foot(...foot);
}

function tick(part: Part): void {
  const left = part.sheet.querySelector<HTMLElement>("[data-testid=pay-left]");
  if (left) left.textContent = leftWords(left.dataset.until || null);
}

function voiceOf(part: Part): Pick<SaleSheet, "tell" | "say"> {
  function say(trouble: unknown): void {
    const words = troubleWords(trouble);
    for (const old of part.sheet.querySelectorAll("[data-testid=sale-wrong]")) old.remove();
    part.sheet.querySelector(".sell-foot")?.prepend(alertOf("sale-wrong", words));
  }
  function tell(words: string): void {
    const place = part.sheet.querySelector("[data-testid=print-said]");
    if (place) place.textContent = words;
  }
  return { say, tell };
}

export interface KeptActs { again: () => void; giveUp: () => void; refill: () => void; forget: () => void; next: () => void }

/** A sale that the hub has not answered, or does not take. */
export function openKept(kept: Kept, acts: KeptActs): SaleSheet {
  const part = openPart("sale-sheet", t("sale"));
  const refused = kept.refused !== undefined;
  Object.assign(part.sheet.dataset, { sale: kept.id, state: refused ? "refused" : "unanswered" });
  const [word, detail] = wordsOf(kept);
  part.show(el("div", { class: "sale-head" }, el("div", {}, el("h3", { class: "sale-word" }, word), el("p", { class: "sale-detail" }, detail),
    el("p", { class: "sale-what" }, [`${kept.wish.tickets.length} × ${kept.rate}`, money(kept.total), t(`tender.${kept.wish.tender}`)].join(" · ")))));
  const plain = (key: string, id: string, act: () => void) => button(t(key), act, { class: "plain", "data-testid": id });
  part.foot(el("div", { class: "pair" }, ...(refused
    ? [plain("refused.forget", "sale-forget", acts.forget), button(t("refused.refill"), acts.refill, { class: "primary", "data-testid": "sale-refill" })]
    : [kept.givenUp ? null : plain("unanswered.drop", "sale-drop", acts.giveUp), plain("again", "sale-ask-again", acts.again), nextButton(acts)]).filter((one) => one !== null)));
  return { id: kept.id, get isOpen() { return part.sheet.open; }, paint: () => false, ...voiceOf(part) };
}

function wordsOf({ refused, givenUp, wish }: Kept): [string, string] {
  if (refused !== undefined) return [t("refused"), refused];
  if (givenUp) return [t("given-up"), t("given-up.detail")];
  return [t("unanswered"), t(wish.tender === "phone" ? "unanswered.phone" : "unanswered.detail")];
}

/** Nothing can be sold without the hub; the door goes on. */
export function openNoHub(again: () => void): void {
  const part = openPart("no-hub-sheet", t("sell"));
  part.show(el("div", { class: "sale-head" }, el("div", {}, el("h3", { class: "sale-word" }, t("no-hub")), el("p", { class: "sale-detail" }, t("no-hub.detail")))));
  part.foot(button(t("again"), again, { class: "primary", "data-testid": "no-hub-again" }));
}
