// The grammar of a verdict: shape + word + colour + sound + vibration, each enough on its own.
// The colours stand in looks.css under the same names. Pure: no page, no clock.

import type { ShapeName } from "./shapes.ts";

export interface Tone { hz: number; ms: number; gap: number; wave: "sine" | "triangle" | "square" | "sawtooth" }
export type LookName = "admit" | "already" | "refuse" | "ask" | "trouble" | "undo";

/** `stays` in ms; `count`: what is left of an incomplete party. */
export interface Look { name: LookName; shape: ShapeName; count: number; tones: Tone[]; vibration: number[]; stays: number }

const tone = (hz: number, ms: number, more: Partial<Tone> = {}): Tone => ({ hz, ms, gap: 40, wave: "sine", ...more });
const TICK = tone(1500, 25, { wave: "square", gap: 110 });

const ADMIT = [tone(660, 90), tone(880, 130)];

const LOOKS: Record<LookName, Omit<Look, "name" | "count">> = {
  admit: { shape: "tick", tones: ADMIT, vibration: [60], stays: 4000 },
  already: { shape: "rings", tones: [tone(660, 130), tone(440, 170)], vibration: [200], stays: 8000 },
  refuse: { shape: "octagon", tones: [tone(180, 400, { wave: "sawtooth" })], vibration: [200, 80, 200], stays: 8000 },
  ask: {
    shape: "hand",
    tones: [tone(587, 100), tone(587, 100), tone(587, 100)],
    vibration: [60, 60, 60, 60, 60],
    stays: 8000,
  },
  trouble: { shape: "plug", tones: [tone(90, 14, { wave: "triangle" })], vibration: [], stays: 8000 },
  // Taking back is no verdict about anybody: no colour of the table, no sound of the table.
  undo: { shape: "back", tones: [tone(90, 14, { wave: "triangle" })], vibration: [], stays: 4000 },
};

/** Heard when the platform judged against somebody who is already inside. */
export const ALARM: Tone[] = [988, 622, 988, 622, 988, 622].map((hz) => tone(hz, 170, { wave: "square", gap: 20 }));

// What could not be found out is not the guest's fault, whatever the station's policy does with it.
const NOT_ABOUT_THE_GUEST = new Set(["not_allowed_offline", "unreadable"]);

/** Look of an answer, or of a failure to get one. */
export function lookOf({ outcome, reason, left }: { outcome: string; reason: string; left: number }): Look {
  const name = nameOf(outcome, reason);
  const look: Look = { name, count: 0, ...LOOKS[name] };
  if (name !== "admit" || !(left > 0)) return look;
  const ticks = Array<Tone>(Math.min(left, 3)).fill(TICK);
  return { ...look, count: left, tones: [...ADMIT, ...ticks], vibration: [60, 80, 60] };
}

/** The tones of a look by its name; `party` is an admission with a tick per head that may still come. */
export function tonesOf(name: string, ticks = 0): Tone[] {
  const look = LOOKS[(name === "party" ? "admit" : name) as LookName] as Look | undefined;
  return look ? [...look.tones, ...Array<Tone>(ticks).fill(TICK)] : [];
}

function nameOf(outcome: string, reason: string): LookName {
  if (outcome === "admit" || outcome === "ask" || outcome === "undo") return outcome;
  if (outcome === "refuse" && reason === "already_in") return "already";
  if (outcome === "refuse" && !NOT_ABOUT_THE_GUEST.has(reason)) return "refuse";
  return "trouble";
}
