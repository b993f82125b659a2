// The sales of this station, the newest first.

import { el } from "../look/dom.ts";
import { segments } from "../look/sheets.ts";
import { clockTime } from "../words/times.ts";
import { language } from "../words/words.ts";
import type { Kept } from "./kept.ts";
import { money } from "./money.ts";
import { openPart } from "./sheet.ts";
import { inside } from "./standing.ts";
import type { Sale } from "./wire.ts";
import { t } from "./words.ts";

interface Listing {
  /** Those without an answer; they stand above all. */
  kept: readonly Kept[];
  conflicts: boolean;
  station: string;
  load: (state: "" | "conflict") => Promise<Sale[] | null>;
  open: (sale: Sale) => void;
  openKept: (kept: Kept) => void;
  back: () => void;
}

export function openSales({ kept, conflicts, station, load, open, openKept, back }: Listing): void {
  const part = openPart("sales-list", t("sales"), { back });
  const rows = el("div", { class: "rates-list", "aria-live": "polite" });
  let asked = "";
  async function show(state: "" | "conflict"): Promise<void> {
    asked = state;
    const items = await load(state);
    if (asked !== state) return;
    rows.replaceChildren(...kept.map((one) => keptRow(one, () => openKept(one))), ...(items ?? []).map((sale) => saleRow(sale, station, () => open(sale))));
    if (rows.childElementCount === 0) rows.append(el("p", { class: "quiet" }, items === null ? t("no-answer") : state ? t("sales.fine") : t("sales.none")));
  }
  const first = conflicts ? "conflict" : "";
  part.show(segments("sales", [["", t("sales.all")], ["conflict", t("sales.conflict")]], first, (state) => void show(state === "conflict" ? state : "")), rows);
  void show(first);
}

function saleRow(sale: Sale, own: string, open: () => void): HTMLElement {
  const names = sale.tickets.map(({ name }) => name).filter(Boolean);
  const small = [clockTime(sale.at, language()), sale.station === own ? "" : sale.station, t(`tender.${sale.tender}`), names[0] ?? "", inside(sale) < sale.quantity && inside(sale) > 0 ? t("in.of", { n: inside(sale), of: sale.quantity }) : ""];
  return row({ id: sale.id, state: sale.state, what: `${sale.quantity} × ${sale.rate}`, sum: money(sale.total), small: small.filter(Boolean).join(" · "), word: t(`state.${sale.state}`), open });
}

function keptRow(kept: Kept, open: () => void): HTMLElement {
  const state = kept.refused === undefined ? "unanswered" : "refused";
  return row({ id: kept.id, state, what: `${kept.wish.tickets.length} × ${kept.rate}`, sum: money(kept.total), small: clockTime(kept.at, language()), word: t(`state.${state}`), open });
}

interface Row { id: string; state: string; what: string; sum: string; small: string; word: string; open: () => void }

const row = ({ id, state, what, sum, small, word, open }: Row): HTMLElement =>
  el("button", { type: "button", class: "sale-row", "data-testid": "sale-row", "data-sale": id, "data-state": state, onclick: open },
    el("b", {}, what), el("b", { class: "price" }, sum), el("span", {}, small), el("span", { class: "reach" }, word));
