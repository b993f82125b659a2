// Times as a person at the door reads them. The hub's clock counts: a phone's may be wrong.

let ahead = 0; // How many milliseconds the hub's clock is ahead of this device's.

export const hubNow = () => Date.now() + ahead;

export function setHubClock(text) {
  const hub = Date.parse(text);
  if (!Number.isNaN(hub)) ahead = hub - Date.now();
}

/** "23:41" in the zone the hub wrote it in (the venue's), else in this device's. */
export function clockTime(text, language) {
  const written = /T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?[+-]\d\d:?\d\d$/.exec(text ?? "");
  if (written && !/[+]00:?00$/.test(text)) return written[1];
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return "";
  return moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "30 s", "2 min", "3 h": the same in both languages. */
export function age(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
