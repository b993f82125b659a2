// Times as a person at the door reads them. The hub's clock counts: a phone's may be wrong.

let ahead = 0; // How many milliseconds the hub's clock is ahead of this device's.
let venueZone; // undefined: this device's

export const hubNow = () => Date.now() + ahead;

export function setHubClock({ now, timezone }) {
  const hub = Date.parse(now);
  if (!Number.isNaN(hub)) ahead = hub - Date.now();
  if (knowsZone(timezone)) venueZone = timezone;
}

function knowsZone(timeZone) {
  try {
    return Boolean(timeZone && new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false; // an old browser, a new zone
  }
}

/** "23:41" on the clock of the venue. */
export function clockTime(text, language) {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return "";
  return moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: venueZone });
}

/** "30 s", "2 min", "3 h": the same in both languages. */
export function age(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
