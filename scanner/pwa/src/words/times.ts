// Times as a person at the door reads them. The hub's clock counts: a phone's may be wrong.

import { recall, remember } from "../keep/storage.ts";

let ahead = 0; // How many milliseconds the hub's clock is ahead of this device's.
let venueZone: string | undefined; // undefined: this device's

export const hubNow = (): number => Date.now() + ahead;

/** The hub said what time it is. Remembered, so that a reload in a dead spot knows it too. */
export function setHubClock({ now, timezone }: { now: string; timezone?: string | undefined }): void {
  const hub = Date.parse(now);
  if (!Number.isNaN(hub)) ahead = hub - Date.now();
  if (knowsZone(timezone)) venueZone = timezone;
  remember("clock", { ahead, zone: venueZone });
}

export function recallHubClock(): void {
  const known = recall<{ ahead: number; zone?: string }>("clock", { ahead: 0 });
  ahead = Number.isFinite(known.ahead) ? known.ahead : 0;
  if (knowsZone(known.zone)) venueZone = known.zone;
}

function knowsZone(timeZone: string | undefined): boolean {
  try {
    return Boolean(timeZone && new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false; // an old browser, a new zone
  }
}

/** "23:41" on the clock of the venue. */
export function clockTime(text: string, language: string): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return "";
  return moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: venueZone });
}

/** "Fri 28 Nov" of "2025-11-28" or of an instant. */
export function dayOf(text: string, language: string, weekday = false): string {
  const bare = /^\d{4}-\d\d-\d\d$/.test(text);
  const moment = new Date(bare ? `${text}T12:00:00Z` : text);
  if (Number.isNaN(moment.getTime())) return "";
  const parts: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", ...(weekday ? { weekday: "short" } : {}) };
  return moment.toLocaleDateString(language === "en" ? "en-GB" : language, { ...parts, timeZone: bare ? "UTC" : venueZone });
}

/** "30 s", "2 min", "3 h": the same in both languages. */
export function age(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
