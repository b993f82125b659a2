// The button that takes the last entry back, and says which: within ten minutes, also over a reload.

import type { Answer } from "../domain/answer.ts";
import { type Api, Trouble } from "../hub/api.ts";
import { type Done, lastEntry, reached } from "../keep/history.ts";
import { el } from "../look/dom.ts";
import { sign } from "../look/shapes.ts";
import { hubNow } from "../words/times.ts";
import { t } from "../words/words.ts";

interface Wiring {
  place: HTMLButtonElement;
  api: Api;
  /** Take back what the hub may not have heard of, or can't be asked about. */
  takeBackHere: (entry: Done) => Promise<void>;
  isHere: (entry: Done) => boolean;
  onDone: (entry: Done, answer: Pick<Answer, "reason" | "message" | "detail">) => void;
  onTrouble: (entry: Done, trouble: Trouble) => void;
}

export interface Undo { paint(): Promise<void> }

export function createUndo({ place, api, takeBackHere, isHere, onDone, onTrouble }: Wiring): Undo {
  let last: Done | null = null;
  let timer = 0;
  let busy = false;

  async function paint(): Promise<void> {
    last = await lastEntry(hubNow());
    clearTimeout(timer);
    const what = last ? t("undo.what", { name: last.name || last.code, n: last.heads }) : t("undo.none");
    const reaches = last ? reachesOf(last) : "";
    place.disabled = last === null || busy;
    place.setAttribute("aria-label", [`${t("bar.undo")}: ${what}`, reaches].filter(Boolean).join(", "));
    place.replaceChildren(sign("undo"), el("span", { class: "undo-texts" },
      el("span", {}, `${t("bar.undo")} ${last?.heads ?? ""}`), el("b", {}, last ? last.name || last.code : what),
      reaches ? el("small", { "data-testid": "undo-reaches" }, reaches) : null));
    const until = Date.parse(last?.until ?? "");
    if (last) timer = window.setTimeout(() => void paint(), Math.min(until - hubNow() + 50, 2 ** 30));
  }

  async function takeBack(entry: Done): Promise<void> {
    busy = true;
    place.disabled = true;
    try {
      onDone(entry, await takenBack(entry));
      await reached(entry.id, "undone");
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (trouble.kind === "request") await reached(entry.id, "undone"); // too late: asking again is no use
      onTrouble(entry, trouble);
    } finally {
      busy = false;
      await paint();
    }
  }

  async function takenBack(entry: Done): Promise<Pick<Answer, "reason" | "message" | "detail">> {
    const here = { reason: "ok" as const, message: t("undo.done"), detail: t("undo.here") };
    if (isHere(entry)) return takeBackHere(entry).then(() => here);
    try {
      return await api.undo(entry.id);
    } catch (trouble) {
      if (!(trouble instanceof Trouble) || !trouble.passing || trouble.kind === "signed-out") throw trouble;
      await takeBackHere(entry);
      return here;
    }
  }

  place.addEventListener("click", () => { if (last && !busy) void takeBack(last); });
  void paint();
  return { paint };
}

/** How far taking it back goes, said beforehand. */
function reachesOf({ reach, reaches }: Done): string {
  if (reach === "here") return t("undo.reaches.unsent");
  return reaches ? t(`undo.reaches.${reaches}`) : "";
}
