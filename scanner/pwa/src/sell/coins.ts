// Counting a till: how many of each note and coin, added up.

import { el } from "../look/dom.ts";
import { textField } from "./fields.ts";
import { digitsOf, money, piecesOf } from "./money.ts";
import { t } from "./words.ts";

/** Folded away until somebody wants it; nothing for a currency whose coins we don't know. `put` takes the sum as it is typed. */
export function countHelp(currency: string, put: (text: string) => void): HTMLElement | null {
  const counts = new Map<number, number>();
  const sum = el("output", { "data-testid": "count-sum" });
  const changed = () => {
    const minor = [...counts].reduce((all, [piece, n]) => all + piece * n, 0);
    sum.textContent = money({ minor, currency }, false);
    put((minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency)));
  };
  const rows = piecesOf(currency).map((piece) => pieceOf(piece, currency, (n) => { counts.set(piece, n); changed(); }));
  if (rows.length === 0) return null;
  sum.textContent = money({ minor: 0, currency }, false);
  return el("details", { class: "coins" }, el("summary", { "data-testid": "count-help" }, t("count.help")),
    el("div", { class: "coin-grid" }, ...rows), el("p", { class: "coin-sum" }, el("span", {}, t("count.sum")), sum));
}

function pieceOf(piece: number, currency: string, count: (n: number) => void): HTMLElement {
  const field = textField(`count-${piece}`, "", (value) => count(/^\d{1,5}$/.test(value.trim()) ? Number(value) : 0), { inputmode: "numeric", maxlength: "5", placeholder: "0" });
  return el("label", { class: "coin" }, el("span", {}, money({ minor: piece, currency })), field);
}
