// What the kiosk shows at one moment, as the hub says it (scanner/kiosk/frame.py).

import type { Right } from "../domain/answer.ts";
import type { LookName } from "../look/looks.ts";

export type Say = (key: string, values?: Record<string, string | number>) => string;
export type Touch = (body: Record<string, unknown>) => unknown;

export interface Shown {
  scan: string; look: LookName; reason: string; word: string; detail: string; name: string; rate: string; note: string; tags: string[];
  allowance?: string; rights?: Right[];
}
export interface Party { scan: string; left: number }
export interface Choice { admission: string; name: string; rate: string; left: number }

/** What the station hands out instead of letting people in. */
export interface Extra { ref: string; name: string }

export interface Frame {
  seq: number; station: string; extra: Extra | null; event: string; layout: "self" | "staffed"; language: string; state: string; since: string | null;
  signs: string[]; arrow: string; camera: boolean; gun: boolean; shown: Shown | null; party: Party | null; choices: Choice[];
  trouble: { what: string; since: string | null; contact?: string } | null;
  undo: { scan: string; name: string; stays?: boolean } | null; last: { look: LookName; word: string; name: string; at: string }[];
  counts: { inside: number; waiting: number } | null; lamps: Record<string, boolean> | null; sound: string; sound_seq: number;
  ticks: number; typed: boolean; data_age_s?: number | null;
}

export const EMPTY: Frame = {
  seq: -1, station: "", extra: null, event: "", layout: "self", language: "en", state: "starting", since: null, signs: [], arrow: "down",
  camera: false, gun: false, shown: null, party: null, choices: [], trouble: null, undo: null, last: [], counts: null,
  lamps: null, sound: "", sound_seq: 0, ticks: 0, typed: true,
};
