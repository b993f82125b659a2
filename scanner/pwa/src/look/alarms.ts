// The platform, or the hub, judged against somebody who is already inside. Each alarm stays until a person at this door
// has seen it, over a reload too; the newest is shown, the others wait behind it.

import { recall, remember } from "../keep/storage.ts";
import { clockTime } from "../words/times.ts";
import { language, t } from "../words/words.ts";
import { button, el } from "./dom.ts";
import { sign } from "./shapes.ts";

const REMEMBERED = 200; // alarms that were seen

/** `scan`: which entry it is about; the same one is told once, by whichever way it came first. */
export interface Alarm { scan: string; message: string; guest?: string; code?: string; station?: string; at?: string }
export interface Alarms { raise(...alarms: Alarm[]): void; clear(): void }

export function createAlarms({ place, ring }: { place: HTMLElement; ring: () => void }): Alarms {
  let waiting: Alarm[] = [];

  function raise(...alarms: Alarm[]): void {
    const news = alarms.filter(({ scan }) => !isSeen(scan) && !waiting.some((other) => other.scan === scan));
    if (news.length === 0) return;
    waiting.unshift(...news.reverse());
    paint();
    ring();
  }

  function see(): void {
    const [seen] = waiting;
    if (seen) remember("alarms-seen", [...recall<string[]>("alarms-seen", []), seen.scan].slice(-REMEMBERED));
    waiting = waiting.slice(1);
    paint();
  }

  function paint(): void {
    const [alarm] = waiting;
    place.replaceChildren(...(alarm ? [banner(alarm, waiting.length - 1, see)] : []));
  }

  function clear(): void {
    waiting = [];
    paint();
  }

  return { raise, clear };
}

const isSeen = (scan: string): boolean => recall<string[]>("alarms-seen", []).includes(scan);

function banner({ guest, code, station, at, message, scan }: Alarm, behind: number, see: () => void): HTMLElement {
  const where = [code, station, at ? clockTime(at, language()) : ""].filter(Boolean).join(" · ");
  const small = [where, behind > 0 ? t("alarm.behind", { n: behind }) : ""].filter(Boolean).join(" · ");
  return el("div", { class: "alarm", "data-testid": "conflict-alarm", "data-scan": scan, "data-behind": behind }, sign("bell"),
    el("div", { class: "alarm-texts" },
      guest ? el("b", {}, guest) : null,
      el("p", {}, message || t("alarm.conflict")),
      small ? el("small", {}, small) : null),
    button(t("seen"), see, { "data-testid": "conflict-seen" }));
}
