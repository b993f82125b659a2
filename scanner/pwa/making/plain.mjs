// The page where npm does not answer: the same sources with their types taken out by Node itself, not bundled, and
// without zxing-wasm. It does everything but one: pictures of the camera go to the hub to be read.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { begin, finish, HERE, MADE, WORKER, walk } from "./common.mjs";

const IMPORTED = /(\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)(["'])(\.{1,2}\/[^"']+)\.ts\2/g;

process.removeAllListeners("warning");
begin();
for (const path of walk(join(HERE, "src"))) {
  const source = readFileSync(join(HERE, "src", path), "utf8");
  const script = path.endsWith(".ts");
  const text = script ? stripTypeScriptTypes(source).replace(IMPORTED, "$1$2$3.js$2") : source;
  put(join("src", script ? path.replace(/\.ts$/, ".js") : path), text);
}
for (const path of ["index.html", join("kiosk", "index.html"), join("report", "index.html")]) {
  put(path, readFileSync(join(HERE, path), "utf8").replace(/(src|href)="\/src\/([^"]+?)(\.ts)?"/g, (_, name, file, ts) => `${name}="/page/src/${file}${ts ? ".js" : ""}"`));
}
// A service worker's imports are resolved beside it.
const worker = readFileSync(join(MADE, "src", WORKER), "utf8");
put(WORKER, worker.replace(/(["'])\.\//g, "$1./src/"));
finish("plain");

function put(path, text) {
  const target = join(MADE, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
