// Who types: a gun, or a person. Told by the gaps between the letters, in ms. Pure.

/** Nobody types four letters at this pace. */
export const BURST = 35;
/** Letters at this pace are a gun's where no field waits for a person's. */
export const QUICK = 80;
/** Letters in the shortest code. */
export const LEAST = 4;
/** Letters that tell a gun in spite of a hiccup, as of a Bluetooth that is busy. */
const SURE = 6;

export type Typist = "gun" | "person" | "unknown";

export function typistOf(gaps: readonly number[]): Typist {
  const hiccups = gaps.filter((gap) => gap > QUICK).length;
  const isUneven = hiccups === 1 && gaps.some((gap) => gap > BURST && gap <= QUICK);
  if (hiccups > 1 || isUneven) return "person";
  return gaps.length + 1 >= (hiccups === 0 ? LEAST : SURE) ? "gun" : "unknown";
}
