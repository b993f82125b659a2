// Ranges of days, as the venue's calendar has them.

export interface Days { from: string; to: string }
export const RANGES = ["night", "week", "month", "own"] as const;
export type Range = (typeof RANGES)[number];

const DAY = 86_400_000; // ms

/** Which day it is at an instant in a zone: "2025-11-28". */
export function dayAt(moment: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date(moment));
}

export function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Last night began yesterday and ended today; weeks begin on Monday. */
export function daysOf(range: Exclude<Range, "own">, today: string): Days {
  if (range === "night") return { from: plus(today, -1), to: today };
  if (range === "month") return { from: `${today.slice(0, 8)}01`, to: today };
  const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7;
  return { from: plus(today, -weekday), to: today };
}

/** Every day from the first to the last. */
export function everyDay({ from, to }: Days): string[] {
  const all: string[] = [];
  for (let day = from; day <= to && all.length < 500; day = plus(day, 1)) all.push(day);
  return all;
}
