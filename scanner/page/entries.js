// What a verdict shows, whatever it came from: an answer, a failure to get one, something taken back.

import { lookOf } from "./looks.js";
import { clockTime } from "./times.js";
import { language, t } from "./words.js";

export const COUNTED_KINDS = new Set(["list", "pass"]); // they count women, men and no gender

/** The hub answered. `severalEvents`: the top strip does not say which one it is. */
export function ofAnswer(scan, answer, { severalEvents = false } = {}) {
  const left = answer.direction === "out" ? 0 : (answer.left ?? 0); // on the way out nobody is left to come in
  return {
    ...blank(scan, answer.outcome, answer.reason, left),
    left,
    word: answer.message || t("why.none"),
    detail: answer.detail || firstEntry(answer),
    name: answer.guest?.name ?? "",
    meta: [answer.rate, severalEvents ? answer.event?.name : ""].filter(Boolean).join(" · "),
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

/** An entry was taken back. */
export function ofUndo(scan, entered, answer) {
  const texts = { word: answer.message || t("undo.done"), detail: answer.detail || "", name: entered.name };
  return { ...blank(scan, "undo", answer.reason), ...texts };
}

/** An entry could not be taken back: for now, or because it is too late. */
export function ofUndoTrouble(scan, entered, trouble) {
  const texts = trouble.passing
    ? { word: t(`trouble.${trouble.kind}`), detail: t("trouble.undo.detail") }
    : { word: t("undo.not"), detail: t("undo.late") };
  return { ...blank(scan, "trouble", trouble.kind), ...texts, name: entered.name };
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
