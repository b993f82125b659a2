// What the door says where the hub can't: the words of app/domain/messages.py. The page's catalogue holds the texts.

import type { Answer } from "./answer.ts";
import { ENTRANCE } from "./model.ts";

type Say = (key: string, values?: Record<string, string | number>) => string;

/** The word, largest on the screen, and the line under it. `clock` and `day` write instants as the venue reads them. */
export function phrase(
  answer: Answer, say: Say, clock: (at: string) => string, day: (at: string, weekday: boolean) => string,
): Said {
  const word = (key: string, values = {}) => say(`says.${key}`, values);
  const count = (key: string, n: number) => word(n === 1 ? `${key}.1` : key, { n });
  const name = answer.allowances.find(({ ref }) => ref === answer.allowance)?.name || say("rights.extra");
  const ofExtra = answer.allowance === ENTRANCE ? null : extra(answer, name, word, count, clock);
  if (ofExtra !== null) return ofExtra;
  switch (answer.reason) {
    case "ok": return answer.direction === "out" ? goodbye(answer, word) : comeIn(answer, word, count);
    case "already_in": {
      const first = answer.first_entry;
      const where = first?.station || word("elsewhere");
      return { word: word("already_in"), detail: [first?.at ? clock(first.at) : "", where].filter(Boolean).join(", ") };
    }
    case "too_many": return { word: count("only", answer.left), detail: word("some", { n: answer.left }) };
    case "other_event": {
      const night = answer.event_label ? day(answer.event_label, true) : "";
      return { word: word("other_event"), detail: [night, answer.event?.name].filter(Boolean).join(", ") };
    }
    case "too_early": return { word: word("from", hour(clock(answer.opens_at ?? ""))), detail: "" };
    case "too_late": return { word: word("until", hour(clock(answer.closes_at ?? ""))), detail: "" };
    case "void": return { word: word(`void.${answer.platform_word}`) || word("void"), detail: "" };
    case "unsure": {
      const said = answer.platform_word;
      return { word: word("unsure"), detail: said ? word("unsure.says", { word: said }) : word("unsure.unsaid") };
    }
    case "wrong_gate": return { word: word("wrong_gate"), detail: answer.rate || answer.kind || "" };
    default: return { word: word(answer.reason), detail: word(`${answer.reason}.detail`) };
  }
}

/** Where an extra is handed out other words are meant for some reasons. */
function extra(answer: Answer, name: string, word: Word, count: Count, clock: (at: string) => string): Said | null {
  const at = answer.first_entry?.at;
  switch (answer.reason) {
    case "ok":
      if (answer.direction === "out" || answer.provisional) return null;
      return { word: word("served", { n: answer.heads, name }), detail: answer.limit > 1 ? count("left", answer.left) : "" };
    case "already_in": return { word: word("none"), detail: [name, at ? word("last", hour(clock(at))) : ""].filter(Boolean).join(", ") };
    // Not of this kind or rate is another bar; without the right at all there is nothing to have anywhere.
    case "wrong_gate": return answer.why[0]?.rule === "allowance" ? { word: word("without"), detail: answer.rate } : null;
    default: return null;
  }
}

/** Spanish says "la 1" and "las 2". */
const hour = (at: string) => ({ at, s: at.startsWith("01:") ? "" : "s" });

type Word = (key: string, values?: Record<string, string | number>) => string;
type Count = (key: string, n: number) => string;
type Said = { word: string; detail: string };

const goodbye = (answer: Answer, word: Word) => ({ word: word("out"), detail: answer.warning ? word(answer.warning) : "" });

function comeIn(answer: Answer, word: Word, count: Count) {
  if (answer.provisional) return { word: word("ok"), detail: word("trust") };
  const counts = answer.limit > 1 ? [word("now", { n: answer.heads }), count("left", answer.left)] : [];
  return { word: word("ok"), detail: counts.join(", ") };
}
