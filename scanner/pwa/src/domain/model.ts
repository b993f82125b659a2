// The words of the door (docs/architecture.md), as the page needs them. Instants are milliseconds since 1970.

export type Outcome = "admit" | "refuse" | "ask";
export type Standing = "good" | "pending" | "void" | "unknown";
export type Direction = "in" | "out";
export type Unknown = "ask" | "refuse" | "provisional";
export type Lookup = "not_made" | "absent" | "failed";
export type Reason =
  | "ok" | "already_in" | "too_many" | "unknown_code" | "ambiguous" | "other_event" | "wrong_gate" | "too_early" | "too_late"
  | "pending" | "void" | "unsure" | "not_allowed_offline" | "unreadable";

export interface Event {
  id: string;
  name?: string;
  label?: string;
  open: boolean;
  startsAt: number | null;
  endsAt: number | null;
}

/** What a verdict needs of an admission. `room` counts what the station consumes; null: it has no right to that. */
export interface Admission {
  id: string;
  event: string;
  kind: string;
  standing: Standing;
  word: string;
  rate: string;
  room: { limit: number; entered: number } | null;
  opensAt: number | null;
  closesAt: number | null;
}

/** An admission as it was found: whose it is, and who came in with it first. */
export interface Found { admission: Admission; name: string; first: { at: string | null; station: string } | null }

/** The allowance that lets people in at the door; any other ref is an extra. */
export const ENTRANCE = "entrance";

/** Is it about something that is handed out, not about people who come in? */
export const isOfExtra = ({ allowance }: { allowance: string }): boolean => allowance !== ENTRANCE;

/** `allowance`: the right that it counts; `extra`: what the platform calls that, "" for the entrance. */
export interface Station {
  name: string;
  allowance: string;
  extra: string;
  events: readonly string[];
  kinds: readonly string[];
  rates: readonly string[];
  direction: Direction;
}

/** As lists and passes count people. */
export const GENDERS = ["women", "men", "no_gender"] as const;
export type Party = Partial<Record<(typeof GENDERS)[number], number>>;

/** A reading: `code` is cleaned, `override` a supervisor's reason, `choice` the admission that somebody chose. */
export interface Scan {
  code: string;
  heads: number;
  direction: Direction;
  override: string | null;
  choice: string | null;
}

/** `early` and `late` (minutes) widen an event's own hours; null: its hours don't matter. */
export interface Policy {
  events: ReadonlyMap<string, Event>;
  unknownOffline: Unknown;
  lookup: Lookup;
  early: number | null;
  late: number | null;
  timeIsCertain: boolean;
}

export interface Decision {
  outcome: Outcome;
  reason: Reason;
  heads: number;
  left: number;
  limit: number;
  entered: number;
  admission: Admission | null;
  event: string | null;
  provisional: boolean;
  overridden: boolean;
  choices: readonly Admission[];
  warning: string;
  why: { rule: string; value: string };
}
