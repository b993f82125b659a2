// The ways to ask for a guest other than by a reading: the rest of a party, an exception, a row of the search.

import { COUNTED_KINDS } from "./entries.js";
import { askHeads, askReason } from "./sheets.js";
import { wishOf } from "./verdict.js";

export const partyOf = ({ heads, party }) => ({ heads, party });

/** ask(wish); hold(): the verdict stays while somebody chooses; takeHeads(): the number chosen for the next guest. */
export function createAdmitting({ ask, hold, takeHeads }) {
  function askWithHeads(wish, { most, kind }) {
    const use = (answer) => ask({ ...wish, ...partyOf(answer) });
    askHeads({ words: "heads.admit", most, counted: COUNTED_KINDS.has(kind), use });
  }

  function rest(entry) {
    hold();
    askWithHeads(wishOf(entry.scan), { most: entry.left, kind: entry.answer.kind });
  }

  function anyway(entry) {
    hold();
    askReason((reason) => ask({ ...wishOf(entry.scan), override: { reason } }));
  }

  /** A party whose number was not chosen before is asked for it. */
  function row({ code, admission, kind, standing, left }) {
    const chosen = takeHeads();
    const isChosen = Boolean(chosen.party) || (chosen.heads > 1 && !COUNTED_KINDS.has(kind));
    if (standing === "good" && left > 1 && !isChosen) askWithHeads({ code, admission }, { most: left, kind });
    else ask({ code, admission, ...partyOf(chosen) });
  }

  return { rest, anyway, row };
}
