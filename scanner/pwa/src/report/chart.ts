// A bar for each day: what was paid above the line, what went back below it. The numbers stand in the table by day.

import { el, svg } from "../look/dom.ts";
import { everyDay } from "./days.ts";
import type { Report, Sum } from "./hub.ts";
import { dayOf, money, t } from "./words.ts";

const [WIDTH, HEIGHT] = [1000, 240];
const GAP = 0.18; // of a day's width

export function chart(report: Report, total: Sum): HTMLElement {
  const { currency } = total;
  const digits = report.digits[currency] ?? 2;
  const shown = (minor: number): string => money(minor, currency, digits);
  const sums = new Map(report.by_day.filter((one) => one.currency === currency).map((one) => [one.key, one]));
  const days = everyDay({ from: report.first, to: report.last });
  const most = Math.max(1, ...[...sums.values()].map((one) => one.paid));
  const least = Math.max(0, ...[...sums.values()].map((one) => one.refunded));
  const words = t("chart.words", {
    currency, paid: shown(total.paid), refunded: shown(total.refunded), first: dayOf(report.first), last: dayOf(report.last), most: shown(most),
  });
  return el("figure", { class: "chart", "data-testid": `chart-${currency}` },
    el("figcaption", {}, t("chart", { currency })),
    el("p", { class: "scale" }, el("span", {}, shown(most))),
    bars(days, sums, most, least, words, shown),
    el("p", { class: "scale" }, el("span", {}, dayOf(report.first)), el("span", {}, least ? `−${shown(least)}` : ""), el("span", {}, dayOf(report.last))),
    el("p", { class: "legend" }, key("paid", t("chart.above")), key("refunded", t("chart.below"))));
}

function bars(
  days: string[], sums: Map<string, Sum>, most: number, least: number, words: string, shown: (minor: number) => string,
): SVGElement {
  const width = WIDTH / days.length;
  const scale = (HEIGHT - 2) / (most + least);
  const line = most * scale + 1;
  const drawn = days.flatMap((day, at) => {
    const one = sums.get(day);
    if (!one) return [];
    const x = at * width + (width * GAP) / 2;
    const title = `${dayOf(day)}: ${shown(one.paid)}, −${shown(one.refunded)}`;
    const bar = (kind: string, y: number, height: number) => svg("rect", { class: kind, x, y, width: width * (1 - GAP), height });
    return [svg("g", {}, svg("title", {}, title), bar("paid", line - one.paid * scale, one.paid * scale), bar("refunded", line, one.refunded * scale))];
  });
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words, preserveAspectRatio: "none" },
    ...drawn, svg("line", { x1: 0, x2: WIDTH, y1: line, y2: line }));
}

function key(kind: string, words: string): HTMLElement {
  return el("span", {}, el("i", { class: kind }), words);
}
