// An answer as the hub sends it (docs at /docs), and as the page makes it by itself.

import type { Direction, Outcome, Party, Reason } from "./model.ts";

export interface Guest { name: string; note: string; tags: string[] }
/** What is left of one right; `name` is the platform's own, "" for the entrance. */
export interface Right { ref: string; name: string; left: number; limit: number }
export interface Choice { admission: string; name: string; rate: string; kind: string; left: number }

export interface Answer {
  id: string;
  outcome: Outcome;
  reason: Reason;
  heads: number;
  left: number;
  limit: number;
  entered: number;
  kind: string | null;
  rate: string;
  guest: Guest | null;
  event: { id: string; name: string } | null;
  first_entry: { at: string | null; station: string } | null;
  provisional: boolean;
  overridden: boolean;
  message: string;
  detail: string;
  why: { rule: string; value: string }[];
  as_of: string | null;
  choices: Choice[];
  warning: string | null;
  uncertain: boolean;
  undo_until: string | null;
  undoes: string | null;
  overridable: boolean;
  at: string;
  station: string;
  direction: Direction;
  admission: string | null;
  /** The right that the station counts, and every right of the guest where there are others. */
  allowance: string;
  allowances: Right[];
  /** How far an undo goes; null when there is nothing to undo, or when nobody knows it yet. */
  undo_reaches: Reaches | null;
  /** Made by this page, without its hub. */
  here?: boolean;
  event_label?: string;
  platform_word?: string;
  opens_at?: string | null;
  closes_at?: string | null;
}

export type Reaches = "platform" | "here";

/** What a person at the door asks for: a reading, and what was chosen with it. */
export interface Wish {
  code: string;
  heads?: number | undefined;
  party?: Party | undefined;
  admission?: string | undefined;
  override?: { reason: string; pin?: string } | undefined;
  event?: string | undefined;
}
