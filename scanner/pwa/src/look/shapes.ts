// The shapes of the verdicts and the signs of the buttons, drawn as SVG elements in a field of 100 by 100.

import { svg } from "./dom.ts";

const line = (d: string, width = 8): SVGElement =>
  svg("path", {
    d, fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round",
  });
const ring = (cx: number, cy: number, r: number, width = 7): SVGElement =>
  svg("circle", { cx, cy, r, fill: "none", stroke: "currentColor", "stroke-width": width });

export type ShapeName = "tick" | "rings" | "octagon" | "hand" | "plug" | "back";

const SHAPES: Record<ShapeName, () => SVGElement[]> = {
  tick: () => [ring(50, 50, 45), line("M28 52 44 68 73 34", 10)],
  rings: () => [ring(34, 50, 28, 8), ring(66, 50, 28, 8)],
  octagon: () => [line("M32 5H68L95 32V68L68 95H32L5 68V32Z", 7), line("M33 33 67 67M67 33 33 67", 10)],
  hand: () => [
    line("M50 7 96 91H4Z", 7),
    line("M41 64V49M47.500 62V43M54 62V43.500M60.500 64V50", 5),
    svg("path", { d: "M38.500 60H63V71C63 80 58 84 52 84H49C45 84 42 82 40 79L38.500 76Z", fill: "currentColor" }),
    line("M41 77 33.500 66", 5.5),
  ],
  plug: () => [
    line("M4 50H15M33 40H43M33 60H43", 7),
    svg("path", { d: "M14 32H28Q34 32 34 38V62Q34 68 28 68H14Z", fill: "currentColor" }),
    line("M96 50H85", 7),
    line("M85 32H72Q66 32 66 38V62Q66 68 72 68H85Z", 7),
    line("M50 26V14M41 29 34 20M59 29 66 20M50 74V86M41 71 34 80M59 71 66 80", 5),
  ],
  back: () => [line("M36 22 14 44 36 66", 9), line("M16 44H62A22 22 0 0 1 62 88H38", 9)],
};

/** The shape of a verdict; count > 0 puts the number still to come beside it. */
export function shape(name: ShapeName, count = 0): SVGElement {
  const parts = SHAPES[name]();
  if (count > 0) parts.push(...badge(count));
  return svg("svg", { viewBox: "0 0 100 100", class: "shape", "data-shape": name, "data-count": count || null, "aria-hidden": true }, ...parts);
}

function badge(count: number): SVGElement[] {
  const text = svg("text", { x: 82, y: 93, "text-anchor": "middle", class: "badge-text", ...(count > 9 ? { textLength: 27, lengthAdjust: "spacingAndGlyphs" } : {}) }, count > 99 ? "99" : String(count));
  return [svg("circle", { cx: 82, cy: 82, r: 18, class: "badge" }), text];
}

export type SignName = keyof typeof SIGNS;

const SIGNS = {
  search: "M42 12a30 30 0 1 0 0 60a30 30 0 1 0 0-60M64 64 90 90",
  torch: "M30 10H70V26L58 42V90H42V42L30 26ZM30 26H70M50 54V62",
  undo: "M34 20 12 42 34 64M14 42H62A21 21 0 0 1 62 84H40",
  sell: "M8 28H92V41A9 9 0 0 0 92 59V72H8V59A9 9 0 0 0 8 41ZM62 30V34M62 48V52M62 66V70",
  back: "M60 18 28 50 60 82",
  more: "M14 28H86M14 50H86M14 72H86",
  picture: "M10 18H90V82H10ZM10 70 36 44 56 64 68 54 90 74M66 36V36.100",
  close: "M22 22 78 78M78 22 22 78",
  open: "M22 62 50 34 78 62",
  bell: "M20 72H80L72 60V42A22 22 0 0 0 28 42V60ZM42 84H58",
};

/** The sign on a button. */
export function sign(name: SignName): SVGElement {
  return svg("svg", { viewBox: "0 0 100 100", class: "sign", "aria-hidden": true }, line(SIGNS[name], 9));
}
