// Who comes in: the rules of app/domain/decide.py, for a phone that can't ask its hub. Both run tests/scenarios/door.json,
// and a change of one is a change of the other. Pure: no clock, no storage.

import type { Admission, Decision, Event, Outcome, Policy, Reason, Scan, Station } from "./model.ts";

/** What a supervisor may overrule. Never a count, never another night, never what the platform took back. */
export const OVERRIDABLE: ReadonlySet<Reason> = new Set<Reason>([
  "not_allowed_offline", "pending", "too_early", "too_late", "unsure", "wrong_gate",
]);

const MINUTE = 60_000;

type Verdict = [Outcome, Reason, Decision["why"]];
type Room = { limit: number; entered: number };

/** The answer to `scan` at `station`. Never admits with nothing left; same inputs, same answer. */
export function decide(admissions: readonly Admission[], scan: Scan, station: Station, now: number, policy: Policy): Decision {
  if (!scan.code && (scan.choice === null || admissions.length === 0)) {
    return decision({ outcome: "ask", reason: "unreadable", why: { rule: "reading", value: "empty" } });
  }
  const onHere = tonight(station, policy.events);
  if (admissions.length === 0) return unknown(scan, policy, onHere);
  const here = narrow(admissions, scan, onHere);
  const [only] = here;
  if (here.length > 1 || only === undefined) return ambiguous(here);
  return judge(only, scan, station, now, policy, onHere);
}

/** The known events that `station` lets people in to: its own, else every open one. */
export function tonight(station: Station, events: ReadonlyMap<string, Event>): ReadonlySet<string> {
  if (station.events.length > 0) return new Set(station.events.filter((one) => events.has(one)));
  return new Set([...events.values()].filter((event) => event.open).map((event) => event.id));
}

/** The same decision after a supervisor said yes: admits where that is theirs to say and there is room. */
export function overrule(decided: Decision, scan: Scan, onHere: ReadonlySet<string>): Decision {
  if (!scan.override || !OVERRIDABLE.has(decided.reason)) return decided;
  const why = { rule: "override", value: decided.reason };
  if (decided.admission === null) {
    return onHere.size === 0 ? decided : { ...onTrust(scan, why), overridden: true };
  }
  const { room } = decided.admission;
  if (scan.direction === "out") return { ...leave(decided.admission, scan), overridden: true, why };
  if (room === null || leftOf(room) < scan.heads) return decided;
  return { ...admit(decided.admission, room, scan), overridden: true, why };
}

function unknown(scan: Scan, policy: Policy, onHere: ReadonlySet<string>): Decision {
  const why = { rule: "cache and platform", value: policy.lookup };
  if (policy.lookup === "absent") return decision({ outcome: "refuse", reason: "unknown_code", why });
  if (policy.unknownOffline === "provisional" && onHere.size > 0) return onTrust(scan, why);
  return decision({ outcome: policy.unknownOffline === "refuse" ? "refuse" : "ask", reason: "not_allowed_offline", why });
}

const onTrust = (scan: Scan, why: Decision["why"]): Decision => decision({
  outcome: "admit", reason: "ok", heads: scan.heads, limit: scan.heads, entered: scan.heads, provisional: true, why,
});

/** Those a person would mean: the chosen one; else tonight's before others, what stands before what was void, and what
 * has the right that is asked for before what has not. */
function narrow(admissions: readonly Admission[], scan: Scan, onHere: ReadonlySet<string>): readonly Admission[] {
  if (admissions.length === 1) return admissions;
  const chosen = admissions.filter((one) => one.id === scan.choice);
  if (chosen.length > 0) return chosen;
  const tonights = admissions.filter((one) => onHere.has(one.event));
  const here = tonights.length > 0 ? tonights : admissions.slice(0, 1);
  const valid = here.filter((one) => one.standing !== "void");
  const standing = valid.length > 0 ? valid : here.slice(0, 1);
  const able = standing.filter((one) => one.room !== null);
  return able.length > 0 ? able : standing.slice(0, 1);
}

function ambiguous(here: readonly Admission[]): Decision {
  const left = here.reduce((sum, one) => sum + (one.room ? Math.max(leftOf(one.room), 0) : 0), 0);
  const why = { rule: "one admission per code", value: String(here.length) };
  return decision({ outcome: "ask", reason: "ambiguous", left, choices: here, event: here[0]?.event ?? null, why });
}

function judge(
  admission: Admission, scan: Scan, station: Station, now: number, policy: Policy, onHere: ReadonlySet<string>,
): Decision {
  const { room } = admission;
  const standing = stands(admission, onHere);
  if (standing === null && scan.direction === "out") return leave(admission, scan);
  const verdict = standing ?? window_(admission, policy, now) ?? gate(admission, station) ?? roomFor(room, scan);
  if (verdict === null && room !== null) return admit(admission, room, scan);
  const [outcome, reason, why] = verdict ?? ["refuse", "wrong_gate", { rule: "allowance", value: station.allowance }];
  const count = room ?? { limit: 0, entered: 0 };
  return decision({
    outcome, reason, left: Math.max(leftOf(count), 0), limit: count.limit, entered: count.entered, admission,
    event: admission.event, why,
  });
}

function stands(admission: Admission, onHere: ReadonlySet<string>): Verdict | null {
  if (!onHere.has(admission.event)) return ["refuse", "other_event", { rule: "event", value: admission.event }];
  const why = { rule: "standing", value: admission.word || admission.standing };
  switch (admission.standing) {
    case "good": return null;
    case "void": return ["refuse", "void", why];
    case "pending": return ["refuse", "pending", why];
    default: return ["ask", "unsure", why];
  }
}

/** From when and until when it lets in: the narrower of its own hours and the event's. */
export function hoursOf(admission: Admission, policy: Policy): { opens: number | null; closes: number | null } {
  const event = policy.events.get(admission.event);
  const opens = [admission.opensAt, event?.startsAt != null && policy.early !== null ? event.startsAt - policy.early * MINUTE : null];
  const closes = [admission.closesAt, event?.endsAt != null && policy.late !== null ? event.endsAt + policy.late * MINUTE : null];
  const known = (times: (number | null)[]) => times.filter((one) => one !== null);
  return {
    opens: known(opens).length > 0 ? Math.max(...known(opens)) : null,
    closes: known(closes).length > 0 ? Math.min(...known(closes)) : null,
  };
}

function window_(admission: Admission, policy: Policy, now: number): Verdict | null {
  const { opens, closes } = hoursOf(admission, policy);
  const outcome = policy.timeIsCertain ? "refuse" : "ask"; // nobody is refused by a clock that may be wrong
  if (opens !== null && now < opens) return [outcome, "too_early", { rule: "from", value: new Date(opens).toISOString() }];
  if (closes !== null && now > closes) return [outcome, "too_late", { rule: "until", value: new Date(closes).toISOString() }];
  return null;
}

function gate(admission: Admission, station: Station): Verdict | null {
  if (station.kinds.length > 0 && !station.kinds.includes(admission.kind)) {
    return ["refuse", "wrong_gate", { rule: "kind", value: admission.kind }];
  }
  if (station.rates.length > 0 && !station.rates.includes(admission.rate)) {
    return ["refuse", "wrong_gate", { rule: "rate", value: admission.rate }];
  }
  return null;
}

function roomFor(room: Room | null, scan: Scan): Verdict | null {
  if (room === null) return null;
  const why = { rule: "left", value: `${leftOf(room)} of ${room.limit} left` };
  if (leftOf(room) <= 0) return ["refuse", "already_in", why];
  return leftOf(room) < scan.heads ? ["ask", "too_many", why] : null;
}

function admit(admission: Admission, room: Room, scan: Scan): Decision {
  return decision({
    outcome: "admit", reason: "ok", heads: scan.heads, left: leftOf(room) - scan.heads, limit: room.limit,
    entered: room.entered + scan.heads, admission, event: admission.event,
    why: { rule: "left", value: `${leftOf(room)} of ${room.limit} left` },
  });
}

function leave(admission: Admission, scan: Scan): Decision {
  const room = admission.room ?? { limit: 0, entered: 0 };
  return decision({
    outcome: "admit", reason: "ok", heads: scan.heads, left: leftOf(room), limit: room.limit, entered: room.entered,
    admission, event: admission.event, warning: room.entered > 0 ? "" : "no_entry",
    why: { rule: "exit", value: `${room.entered} entered` },
  });
}

const leftOf = (room: Room): number => room.limit - room.entered;

const decision = (known: Pick<Decision, "outcome" | "reason" | "why"> & Partial<Decision>): Decision => ({
  heads: 0, left: 0, limit: 0, entered: 0, admission: null, event: null, provisional: false, overridden: false, choices: [],
  warning: "", ...known,
});
