// The page as it is delivered: bundled by Vite, with its own reader of codes (zxing-wasm). Needs node_modules.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { begin, finish, HERE, MADE, WORKER } from "./common.mjs";

const shared = { root: HERE, base: "/page/", configFile: false, publicDir: false, logLevel: "warn", clearScreen: false };
const target = ["es2022", "safari16.4"];

begin();
await build({
  ...shared,
  worker: { format: "es" },
  build: {
    outDir: MADE, emptyOutDir: false, target, modulePreload: { polyfill: false }, assetsInlineLimit: 0,
    rolldownOptions: { input: { main: join(HERE, "index.html"), kiosk: join(HERE, "kiosk", "index.html"), report: join(HERE, "report", "index.html") } },
  },
});
// One file without imports: older browsers run it as a plain script.
await build({
  ...shared,
  build: {
    outDir: MADE, emptyOutDir: false, target, copyPublicDir: false,
    rolldownOptions: {
      input: { worker: join(HERE, "src", "service-worker.ts") },
      output: { entryFileNames: WORKER, codeSplitting: false },
    },
  },
});
copyFileSync(join(HERE, "node_modules", "zxing-wasm", "dist", "reader", "zxing_reader.wasm"), join(MADE, "zxing_reader.wasm"));
finish("whole");
