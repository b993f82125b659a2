// A verdict without the hub: the snapshot, the rules, and an answer in the shape of the hub's.

import type { Answer, Right, Wish } from "../domain/answer.ts";
import { clean } from "../domain/codes.ts";
import { decide, hoursOf, OVERRIDABLE, overrule, tonight } from "../domain/decide.ts";
import { type Admission, type Decision, ENTRANCE, type Found, GENDERS, type Party, type Policy, type Scan, type Station } from "../domain/model.ts";
import { phrase } from "../domain/phrase.ts";
import type { Snapshot } from "../keep/snapshot.ts";
import { clockTime, dayOf } from "../words/times.ts";
import { language, t } from "../words/words.ts";

const UNDO_WITHIN = 10 * 60_000; // ms, as at the hub

interface Asked { id: string; at: string; wish: Wish }

/** The answer to a wish on what this phone knows. `station`: this one, for the events it lets in to. */
export function decideHere({ id, at, wish }: Asked, station: Station, snapshot: Snapshot): Answer {
  const code = clean(wish.code);
  const found = candidates(code, wish.admission, snapshot);
  const { unknownOffline, early, late } = snapshot.rules;
  const policy: Policy = { events: snapshot.events, unknownOffline, lookup: "failed", early, late, timeIsCertain: true };
  const heads = wish.party ? headsOf(wish.party) : (wish.heads ?? 1);
  const scan: Scan = {
    code, heads, direction: station.direction, override: wish.override?.reason ?? null, choice: wish.admission ?? null,
  };
  const first = decide(found.map(({ admission }) => admission), scan, station, Date.parse(at), policy);
  const decided = overrule(first, scan, tonight(station, policy.events));
  return answerOf(decided, { id, at, scan, station, policy, found, asOf: snapshot.asOf });
}

export const headsOf = (party: Party): number => GENDERS.reduce((sum, gender) => sum + (party[gender] ?? 0), 0);

function candidates(code: string, admission: string | undefined, snapshot: Snapshot): Found[] {
  if (code) return snapshot.find(code);
  const chosen = admission ? snapshot.get(admission) : undefined;
  return chosen ? [chosen] : [];
}

interface Around { id: string; at: string; scan: Scan; station: Station; policy: Policy; found: Found[]; asOf: number | null }

function answerOf(decided: Decision, around: Around): Answer {
  const { id, at, scan, station, policy, found } = around;
  const { admission } = decided;
  const known = found.find((one) => one.admission.id === admission?.id);
  const admits = decided.outcome === "admit";
  const trusted = admits && admission === null;
  const night = trusted ? firstOf(tonight(station, policy.events), policy.events) : decided.event;
  const event = policy.events.get(night ?? "");
  const hours = admission ? hoursOf(admission, policy) : { opens: null, closes: null };
  const answer: Answer = {
    id, at, station: station.name, direction: scan.direction, outcome: decided.outcome, reason: decided.reason,
    heads: decided.heads, left: decided.left, limit: decided.limit, entered: decided.entered, kind: admission?.kind ?? null,
    rate: admission?.rate ?? "", guest: known ? { name: known.name, note: "", tags: [] } : null,
    event: night === null ? null : { id: night, name: event?.name ?? "" },
    first_entry: decided.reason === "already_in" ? (known?.first ?? null) : null, provisional: decided.provisional,
    overridden: decided.overridden, message: "", detail: "", why: [decided.why], as_of: instant(around.asOf),
    choices: decided.choices.map((one) => choice(one, found)), warning: decided.warning || null, uncertain: false,
    undo_until: admits && scan.direction === "in" ? new Date(Date.parse(at) + UNDO_WITHIN).toISOString() : null, undoes: null,
    overridable: !admits && OVERRIDABLE.has(decided.reason), admission: trusted ? `here.${id}` : (admission?.id ?? null), here: true,
    allowance: station.allowance, allowances: rights(decided, station), undo_reaches: null,
    event_label: event?.label ?? "", platform_word: admission?.word ?? "", opens_at: instant(hours.opens), closes_at: instant(hours.closes),
  };
  return say(answer);
}

/** Of an extra: its own. Of the others this phone knows nothing. */
function rights({ admission, left, limit }: Decision, { allowance, extra }: Station): Right[] {
  return allowance === ENTRANCE || !admission?.room ? [] : [{ ref: allowance, name: extra, left: Math.max(left, 0), limit }];
}

/** Where somebody comes in on trust: the night that began first, as at the hub. */
function firstOf(ids: ReadonlySet<string>, events: Policy["events"]): string | null {
  const startOf = (id: string) => events.get(id)?.startsAt ?? Number.POSITIVE_INFINITY;
  const [first] = [...ids].sort((one, other) => startOf(one) - startOf(other) || (one < other ? -1 : 1));
  return first ?? null;
}

/** The same answer with its words in the language of now. */
export function say(answer: Answer): Answer {
  const clock = (moment: string) => clockTime(moment, language());
  const { word, detail } = phrase(answer, t, clock, (moment, weekday) => dayOf(moment, language(), weekday));
  return { ...answer, message: word, detail };
}

function choice({ id, rate, kind, room }: Admission, found: Found[]) {
  const name = found.find(({ admission }) => admission.id === id)?.name ?? "";
  return { admission: id, name, rate, kind, left: room ? Math.max(room.limit - room.entered, 0) : 0 };
}

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
