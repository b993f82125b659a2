// The sheet "Done here": each reading of this phone, and how far it has come.

import type { Done } from "../keep/history.ts";
import { clockTime } from "../words/times.ts";
import { language, t } from "../words/words.ts";
import { el } from "./dom.ts";
import { lookOf } from "./looks.ts";
import { shape } from "./shapes.ts";
import { openSheet } from "./sheets.ts";

export function openHistory(done: Done[]): void {
  const rows = done.map(rowOf);
  const sheet = openSheet("history-sheet", t("history.title"), rows.length > 0
    ? el("ol", { class: "rows history" }, ...rows)
    : el("p", { class: "quiet" }, t("history.none")));
  sheet.classList.add("tall");
}

function rowOf(one: Done): HTMLElement {
  const look = lookOf({ outcome: one.outcome, reason: one.reason, left: 0 });
  return el("li", { class: "row", "data-testid": "history-row", "data-scan": one.id, "data-reach": one.reach },
    shape(look.shape),
    el("div", { class: "row-texts" },
      el("b", {}, one.name || one.code || one.word),
      el("span", {}, [clockTime(one.at, language()), one.word, one.heads > 1 ? String(one.heads) : ""].filter(Boolean).join(" · "))),
    el("span", { class: "reach" }, t(`reach.${one.reach}`)));
}
