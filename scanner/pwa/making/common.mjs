// What both ways to make the page share: where things are, and the list of files that a phone keeps for a dead spot.

import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const MADE = resolve(HERE, "..", "page");
export const WORKER = "service-worker.js";

/** Files that are not kept on a phone: the kiosk is always beside its hub, and reports are of the hub alone. */
const LEFT_OUT = /^((kiosk|report)\/|assets\/(kiosk|report)|src\/(kiosk|report)\/|made\.json$|service-worker\.js$)/;

export function begin() {
  rmSync(MADE, { recursive: true, force: true });
  cpSync(join(HERE, "public"), MADE, { recursive: true });
}

/** Writes into the service worker which files belong together, and beside them how they were made. */
export function finish(how) {
  const files = walk(MADE).filter((path) => !LEFT_OUT.test(path) && path !== "index.html").sort();
  const version = createHash("sha256");
  for (const path of ["index.html", ...files]) version.update(path).update(readFileSync(join(MADE, path)));
  const kept = { version: version.digest("hex").slice(0, 12), files: files.map((path) => `/page/${path}`) };
  const worker = workerFile();
  writeFileSync(worker, readFileSync(worker, "utf8").replace("__FILES__", JSON.stringify(JSON.stringify(kept)).slice(1, -1)));
  writeFileSync(join(MADE, "made.json"), `${JSON.stringify({ how, ...kept })}\n`);
}

function workerFile() {
  return join(MADE, WORKER);
}

export function walk(folder, root = folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path, root) : [relative(root, path).split(sep).join("/")];
  });
}
