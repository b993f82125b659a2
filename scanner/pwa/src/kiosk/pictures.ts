// The arrow, the mark and the small signs, as SVG elements in a field of 100 by 100.

import { type Attributes, svg } from "../look/dom.ts";

const line = (d: string, width = 9): SVGElement =>
  svg("path", {
    d, fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round",
  });
const picture = (parts: SVGElement[], attributes: Attributes): SVGElement => svg("svg", { viewBox: "0 0 100 100", "aria-hidden": true, ...attributes }, ...parts);

/** Where the code goes: up, down, left or right. */
export const arrow = (to: string): SVGElement => picture([line("M50 8V88M18 58 50 90 82 58", 12)], { class: "arrow", "data-to": to });

/** A phone with a code on it: what to hold up. */
export const ticket = (): SVGElement =>
  picture([line("M28 5H72V95H28Z", 6), line("M40 30H48V38H40ZM54 30H60V38M40 46H46M52 46H60V54M40 60V54H46V60Z", 5)], { class: "shape" });

const SIGNS: Readonly<Record<string, string>> = {
  offline: "M30 12V34M70 12V34M22 34H78V50A28 28 0 0 1 22 50ZM50 78V92M12 88 88 12",
  stale: "M50 12A38 38 0 1 0 88 50M88 50 76 40M88 50 97 38M50 28V52L66 62",
  reader: "M12 24H60L74 40H88V62H74L60 74H12ZM24 40V58M38 40V58",
  clock: "M50 10A40 40 0 1 0 50 90A40 40 0 1 0 50 10M50 26V52L68 62",
  disk: "M16 14H70L86 30V86H16ZM32 14V38H66V14M30 86V56H70V86",
  power: "M56 6 22 56H48L42 94 78 42H52Z",
};

/** A small sign beside whatever is shown; nothing for one that is not known here. */
export const sign = (name: string): SVGElement | null => {
  const drawn = SIGNS[name];
  return drawn ? picture([line(drawn, 8)], { "data-sign": name }) : null;
};
