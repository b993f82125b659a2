// The ways to ask for a guest other than by a reading: the rest of a party, an exception, a row of the search.

import type { Wish } from "../domain/answer.ts";
import { isOfExtra } from "../domain/model.ts";
import { COUNTED_KINDS, type Entry } from "../look/entries.ts";
import type { Wanted } from "../look/heads.ts";
import { askHeads, askReason } from "../look/sheets.ts";
import { wishOf } from "../look/verdict.ts";

export const partyOf = ({ heads, party }: Wanted): Pick<Wish, "heads" | "party"> => ({ heads, party });

/** What a row of the search, the hub's or this phone's own, says of an admission. */
export interface Row { code: string; admission: string; kind: string; standing: string; left: number; allowance: string }

interface Wiring {
  ask: (wish: Wish) => void;
  /** The verdict stays while somebody chooses. */
  hold: () => void;
  /** The number chosen for the next guest. */
  takeHeads: () => Wanted;
  pin: { needed: () => boolean; check: (pin: string) => Promise<string> };
}

export interface Admitting { rest(entry: Entry): void; anyway(entry: Entry): void; row(row: Row): void }

export function createAdmitting({ ask, hold, takeHeads, pin }: Wiring): Admitting {
  function askWithHeads(wish: Wish, { most, kind, isExtra }: { most: number; kind: string; isExtra: boolean }): void {
    const use = (answer: Wanted) => ask({ ...wish, ...partyOf(answer) });
    askHeads({ words: isExtra ? "heads.admit.extra" : "heads.admit", most, counted: COUNTED_KINDS.has(kind) && !isExtra, isExtra, use });
  }

  function rest(entry: Entry): void {
    hold();
    askWithHeads(wishOf(entry.scan), { most: entry.left, kind: entry.answer?.kind ?? "", isExtra: isExtra(entry) });
  }

  function anyway(entry: Entry): void {
    hold();
    const use = (override: { reason: string; pin?: string }) => ask({ ...wishOf(entry.scan), override });
    askReason({ use, pinNeeded: pin.needed(), check: pin.check, isExtra: isExtra(entry) });
  }

  /** A party whose number was not chosen before is asked for it. */
  function row({ code, admission, kind, standing, left, allowance }: Row): void {
    const chosen = takeHeads();
    const counted = COUNTED_KINDS.has(kind) && !isOfExtra({ allowance });
    const isChosen = Boolean(chosen.party) || (chosen.heads > 1 && !counted);
    if (standing === "good" && left > 1 && !isChosen) askWithHeads({ code, admission }, { most: left, kind, isExtra: isOfExtra({ allowance }) });
    else ask({ code, admission, ...partyOf(chosen) });
  }

  return { rest, anyway, row };
}

const isExtra = ({ answer }: Entry): boolean => answer !== null && isOfExtra(answer);
