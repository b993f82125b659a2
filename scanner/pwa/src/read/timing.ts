// How long things take, for whoever looks (performance.getEntriesByType("measure") in the browser's tools): decode,
// verdict, search.

const MOST = 500;
let kept = 0;

/** Note that something took from `start` (ms of performance) until now. */
export function took(name: string, start: number): void {
  kept += 1;
  if (kept > MOST) {
    performance.clearMeasures();
    kept = 0;
  }
  performance.measure(`doorcheck.${name}`, { start, end: performance.now() });
}

/** The same, until what was just changed is on the screen. */
export function painted(name: string, start: number): void {
  requestAnimationFrame(() => { setTimeout(() => took(name, start)); });
}
