// What a verdict shows, whatever it came from: an answer, a failure to get one, something taken back.

import type { Answer, Guest, Wish } from "../domain/answer.ts";
import type { Trouble } from "../hub/api.ts";
import { clockTime } from "../words/times.ts";
import { language, t } from "../words/words.ts";
import { type Look, lookOf } from "./looks.ts";

export const COUNTED_KINDS = new Set(["list", "pass"]); // they count women, men and no gender

/** What was asked for, as far as showing it needs. */
export interface Shown { seq: number; id: string; wish: Wish }

export interface Entry {
  seq: number; scan: Shown; outcome: string; reason: string; look: Look; left: number; guest: Guest | null; answer: Answer | null;
  word: string; detail: string; name: string; meta: string; notes: string[];
}

/** Somebody answered. `severalEvents`: the top strip does not say which one it is. */
export function ofAnswer(scan: Shown, answer: Answer, { severalEvents = false } = {}): Entry {
  const left = answer.direction === "out" ? 0 : (answer.left ?? 0); // on the way out nobody is left to come in
  return {
    ...blank(scan, answer.outcome, answer.reason, left),
    left,
    word: answer.message || t("why.none"),
    detail: answer.detail || firstEntry(answer),
    name: answer.guest?.name ?? "",
    meta: [answer.rate === answer.detail ? "" : answer.rate, severalEvents ? answer.event?.name : ""].filter(Boolean).join(" · "),
    notes: [
      answer.provisional && !answer.detail ? t("verdict.provisional") : "", warning(answer), answer.here ? t("verdict.here") : "",
    ].filter(Boolean),
    guest: answer.guest,
    answer,
  };
}

/** Nobody could say: about the hub or the network, never about the guest. */
export function ofTrouble(scan: Shown, trouble: Trouble): Entry {
  return {
    ...blank(scan, "trouble", trouble.kind),
    word: t(`trouble.${trouble.kind}`),
    detail: t(`trouble.${trouble.kind}.detail`),
    notes: trouble.kind === "request" && trouble.detail ? [trouble.detail] : [],
  };
}

/** A chosen picture without a code. */
export function ofUnreadable(scan: Shown): Entry {
  const words = { word: t("trouble.unreadable"), detail: t("trouble.unreadable.detail") };
  return { ...blank(scan, "trouble", "unreadable"), ...words };
}

/** An entry was taken back. */
export function ofUndo(scan: Shown, name: string, answer: Pick<Answer, "reason" | "message" | "detail">): Entry {
  return { ...blank(scan, "undo", answer.reason), word: answer.message || t("undo.done"), detail: answer.detail || "", name };
}

/** An entry could not be taken back: for now, or because it is too late. */
export function ofUndoTrouble(scan: Shown, name: string, trouble: Trouble): Entry {
  const texts = trouble.passing
    ? { word: t(`trouble.${trouble.kind}`), detail: t("trouble.undo.detail") }
    : { word: t("undo.not"), detail: t("undo.late") };
  return { ...blank(scan, "trouble", trouble.kind), ...texts, name };
}

function blank(scan: Shown, outcome: string, reason: string, left = 0): Entry {
  const look = lookOf({ outcome, reason, left });
  const texts = { word: "", detail: "", name: "", meta: "", notes: [] };
  return { seq: scan.seq, scan, outcome, reason, look, left, guest: null, answer: null, ...texts };
}

// A warning is a sentence, or one word of the program, which the second line has said already.
function warning({ warning: text }: Answer): string {
  return text && !/^[a-z_]+$/.test(text) ? text : "";
}

function firstEntry({ reason, first_entry: first }: Answer): string {
  if (reason !== "already_in" || !first) return "";
  return [first.at ? clockTime(first.at, language()) : "", first.station].filter(Boolean).join(", ");
}
