// What a verdict shows, whatever it came from: an answer, a failure to get one, something taken back.

import { lookOf } from "./looks.js";
import { clockTime } from "./times.js";
import { language, t } from "./words.js";

export const COUNTED_KINDS = new Set(["list", "pass"]); // they count women, men and no gender

/** The hub answered. At an exit nothing is left to come in, whatever the admission still holds. */
export function ofAnswer(scan, answer, { exit = false } = {}) {
  const left = exit ? 0 : (answer.left ?? 0);
  return {
    ...blank(scan, answer.outcome, answer.reason, left),
    left,
    word: answer.message || t("why.none"),
    detail: answer.detail || firstEntry(answer),
    name: answer.guest?.name ?? "",
    meta: [answer.rate, answer.event?.name].filter(Boolean).join(" · "),
    notes: [answer.provisional && !answer.detail ? t("verdict.provisional") : "", warning(answer)].filter(Boolean),
    guest: answer.guest,
    answer,
  };
}

/** Nobody could say: about the hub or the network, never about the guest. */
export function ofTrouble(scan, trouble) {
  return {
    ...blank(scan, "trouble", trouble.kind),
    word: t(`trouble.${trouble.kind}`),
    detail: t(`trouble.${trouble.kind}.detail`),
    notes: trouble.kind === "request" && trouble.detail ? [trouble.detail] : [],
  };
}

/** A chosen picture without a code. */
export function ofUnreadable(scan) {
  const words = { word: t("trouble.unreadable"), detail: t("trouble.unreadable.detail") };
  return { ...blank(scan, "trouble", "unreadable"), ...words };
}

/** An entry was taken back, or was not. */
export function ofUndo(scan, done, answer) {
  const taken = answer.outcome !== "refuse";
  return {
    ...blank(scan, "undo", answer.reason ?? answer.outcome),
    word: answer.message || t(taken ? "undo.done" : "undo.not"),
    detail: answer.detail || "",
    name: done.name,
  };
}

function blank(scan, outcome, reason, left = 0) {
  const look = lookOf({ outcome, reason, left });
  const texts = { word: "", detail: "", name: "", meta: "", notes: [] };
  return { seq: scan.seq, scan, outcome, reason, look, left, guest: null, answer: null, ...texts };
}

// A warning is a sentence, or one word of the program, which the second line has said already.
function warning({ warning: text }) {
  return text && !/^[a-z_]+$/.test(text) ? text : "";
}

function firstEntry({ reason, first_entry: first }) {
  if (reason !== "already_in" || !first) return "";
  return [clockTime(first.at, language()), first.station].filter(Boolean).join(", ");
}
