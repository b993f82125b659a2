// A QR code that the hub made, drawn on white with its quiet zone.

import { svg } from "../look/dom.ts";
import type { Matrix } from "./wire.ts";

const QUIET = 4; // modules

export function qrCode(matrix: Matrix, words: string): SVGElement {
  const size = matrix.length + 2 * QUIET;
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": words, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, fill: "#fff" }), svg("path", { d: darkOf(matrix), fill: "#000" }));
}

/** One stroke for each run of dark modules. */
function darkOf(matrix: Matrix): string {
  return matrix.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`)).join("");
}
