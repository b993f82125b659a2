// The platform judged against somebody who is already inside. Each alarm stays until a person at this door has seen
// it, over a reload too; the newest is shown, the others wait behind it.

import { button, el } from "./dom.js";
import { sign } from "./shapes.js";
import { recall, remember } from "./storage.js";
import { clockTime } from "./times.js";
import { language, t } from "./words.js";

const REMEMBERED = 200; // alarms that were seen

/** raise(...alarms), the oldest first, rings once. An alarm: {call, message, guest?, code?, station?, at?}. */
export function createAlarms({ place, ring }) {
  let waiting = [];

  function raise(...alarms) {
    const news = alarms.filter(({ call }) => !isSeen(call) && !waiting.some((other) => other.call === call));
    if (news.length === 0) return;
    waiting.unshift(...news.reverse());
    paint();
    ring();
  }

  function see() {
    const [{ call }] = waiting;
    remember("alarms-seen", [...recall("alarms-seen", []), call].slice(-REMEMBERED));
    waiting = waiting.slice(1);
    paint();
  }

  function paint() {
    const [alarm] = waiting;
    place.replaceChildren(...(alarm ? [banner(alarm, waiting.length - 1, see)] : []));
  }

  function clear() {
    waiting = [];
    paint();
  }

  return { raise, clear };
}

const isSeen = (call) => recall("alarms-seen", []).includes(call);

function banner(alarm, behind, see) {
  const { guest, code, station, at, message } = alarm;
  const where = [code, station, at ? clockTime(at, language()) : ""].filter(Boolean).join(" · ");
  const small = [where, behind > 0 ? t("alarm.behind", { n: behind }) : ""].filter(Boolean).join(" · ");
  return el("div", { class: "alarm", "data-testid": "conflict-alarm" }, sign("bell"),
    el("div", { class: "alarm-texts" },
      guest ? el("b", {}, guest) : null,
      el("p", {}, message || t("alarm.conflict")),
      small ? el("small", {}, small) : null),
    button(t("seen"), see, { "data-testid": "conflict-seen" }));
}
