// What was done on this phone, and how far it has come: here, sent, confirmed.

import type { Answer, Reaches } from "../domain/answer.ts";
import type { ScanState } from "../hub/api.ts";
import { all, change, empty, get, keep } from "./base.ts";

const MOST = 300;

export type Reach = "here" | ScanState | "undone";

export interface Done {
  id: string; at: string; code: string; name: string; outcome: string; reason: string; heads: number; word: string; reach: Reach;
  until: string | null; admission: string | null; allowance?: string; reaches?: Reaches | null;
}

/** An answer was given; `here`: the hub has not heard of it. */
export async function note(answer: Answer, code: string): Promise<void> {
  const done: Done = {
    id: answer.id, at: answer.at, code: shortened(code), name: answer.guest?.name ?? "", outcome: answer.outcome, reason: answer.reason,
    heads: answer.heads, word: answer.message, reach: answer.here ? "here" : "sent", until: answer.undo_until, admission: answer.admission,
    allowance: answer.allowance, reaches: answer.undo_reaches,
  };
  await keep("done", done).catch(() => undefined);
}

/** It has come this far now; `reaches`: how far an undo of it would go, where that is known. */
export async function reached(id: string, reach: Reach, reaches?: Reaches | null): Promise<void> {
  try {
    const done = await get<Done>("done", id);
    if (done && done.reach !== reach && done.reach !== "undone") await keep("done", { ...done, reach, reaches: reaches ?? done.reaches ?? null });
  } catch {
    // A phone that keeps nothing has no history.
  }
}

/** The newest first; the oldest are forgotten. */
export async function history(): Promise<Done[]> {
  const known = (await all<Done>("done").catch(() => [])).sort((one, other) => (one.at < other.at ? 1 : -1));
  const old = known.slice(MOST);
  if (old.length > 0) await change(["done"], (at) => { for (const { id } of old) at("done").delete(id); }).catch(() => undefined);
  return known.slice(0, MOST);
}

/** The last entry that may still be taken back at `now` (ms). */
export async function lastEntry(now: number): Promise<Done | null> {
  const entries = (await history()).filter((one) => one.outcome === "admit" && one.until !== null && one.reach !== "undone");
  return entries.find((one) => Date.parse(one.until ?? "") > now) ?? null;
}

export const forgetHistory = (): Promise<void> => empty("done").catch(() => undefined);

const shortened = (code: string): string => (code.length > 8 ? `…${code.slice(-6)}` : code);
