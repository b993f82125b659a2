// The numbers of the night: inside, by rate, this station, and how fast they come as a small chart.

import { isOfExtra } from "../domain/model.ts";
import type { Numbers } from "../hub/api.ts";
import { clockTime, hubNow } from "../words/times.ts";
import { language, t, tOf } from "../words/words.ts";
import { el, svg } from "./dom.ts";

const STEP = 10 * 60_000; // ms
const STEPS = 18; // three hours
const [WIDTH, HEIGHT] = [180, 48];

/** null: the hub could not be asked. */
export function numbersParts(known: Numbers | null): HTMLElement[] {
  if (known === null) return [el("p", { class: "quiet" }, t("numbers.none"))];
  const entered = known.events.reduce((sum, event) => sum + event.entered, 0);
  const limit = known.events.reduce((sum, event) => sum + event.limit, 0);
  const isExtra = isOfExtra({ allowance: known.allowance.ref });
  return [figures(known, entered, limit, isExtra), chart(known.pace), rates(known, isExtra)];
}

function figures({ station }: Numbers, entered: number, limit: number, isExtra: boolean): HTMLElement {
  const figure = (id: string, n: number, words: string) =>
    el("div", { "data-testid": `number-${id}` }, el("b", {}, String(n)), el("span", {}, words));
  return el("div", { class: "figures", role: "group", "aria-label": t("more.tonight") },
    figure("inside", entered, tOf(isExtra, "count.inside", { limit })), figure("heads", station.heads, t("count.here")),
    figure("refused", station.refused, t("count.refused")), figure("asked", station.asked, t("count.asked")));
}

function chart(pace: Numbers["pace"]): HTMLElement {
  const now = Math.floor(hubNow() / STEP);
  const heads = new Map(pace.map((one) => [Math.floor(Date.parse(one.at) / STEP), one.heads]));
  const counts = Array.from({ length: STEPS }, (_, index) => heads.get(now - STEPS + 1 + index) ?? 0);
  const most = Math.max(...counts, 1);
  const width = WIDTH / STEPS;
  const bars = counts.map((n, index) => svg("rect", {
    x: index * width + 1, y: HEIGHT - (n / most) * HEIGHT, width: width - 2, height: (n / most) * HEIGHT, fill: "currentColor",
  }));
  const from = clockTime(new Date((now - STEPS + 1) * STEP).toISOString(), language());
  const words = t("numbers.pace", { n: counts.at(-1) ?? 0, most });
  return el("figure", { class: "pace", "data-testid": "pace" },
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words, preserveAspectRatio: "none" },
      svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, stroke: "currentColor" }), ...bars),
    el("figcaption", {}, `${words} · ${t("numbers.since", { at: from })}`));
}

function rates({ events }: Numbers, isExtra: boolean): HTMLElement {
  const several = events.length > 1;
  const rows = events.flatMap((event) => event.rates.map(({ rate, entered, limit }) => el("tr", {},
    el("th", { scope: "row" }, [rate || t("numbers.noRate"), several ? event.name : ""].filter(Boolean).join(" · ")),
    el("td", {}, `${entered} / ${limit}`))));
  return el("table", { class: "rates", "data-testid": "rates", "aria-label": tOf(isExtra, "numbers.rates") }, el("tbody", {}, ...rows));
}
