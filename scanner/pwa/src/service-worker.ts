// The service worker: gives the page itself where the hub does not answer, so that a reload in a dead spot ends in our
// page and not in an error of the browser; and sends what waits when the connection comes back and the page is closed.

/// <reference lib="webworker" />
import { get, keep } from "./keep/base.ts";
import { reached } from "./keep/history.ts";
import { reachOf, sendWaiting, type Taken } from "./keep/queue.ts";

declare const self: ServiceWorkerGlobalScope;

const PATIENCE = 3000; // ms
const { version, files } = JSON.parse("__FILES__") as { version: string; files: string[] };
const SHELF = `doorcheck-page-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(["/", ...files].map((file) => new Request(file, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== "GET") return;
  if (pathname === "/") event.respondWith(index(event.request));
  else if (pathname.startsWith("/page/")) event.respondWith(file(event.request, pathname));
});

self.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag === "send") waitUntil.call(event, send());
});

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("doorcheck-page") && name !== SHELF) await caches.delete(name);
  await self.clients.claim();
}

/** The hub's page, so that a new version is seen; ours when it does not come. By its path alone: a link carries a token. */
async function index(request: Request): Promise<Response> {
  const kept = await caches.match("/");
  if (!kept) return fetch(request);
  const late = new Promise<Response>((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
  return Promise.race([fetch(request).then((answer) => (answer.ok ? answer : kept), () => kept), late]);
}

/** Files of a version never change, but a hub that was updated no longer has those of an older page. */
async function file(request: Request, path: string): Promise<Response> {
  const shelf = await caches.open(SHELF);
  return (await shelf.match(path)) ?? fetch(request);
}

async function send(): Promise<void> {
  const [token, language] = await Promise.all([get<string>("notes", "token"), get<string>("notes", "language")]);
  const ended = token ? await sendWaiting(language ?? "en", token, note, true) : "signed-out"; // the browser asks once
  if (ended === "nobody") throw new Error("no hub yet"); // the browser tries again
}

/** For a page that is opened later; those that are open hear of it by themselves. */
async function note(taken: Taken): Promise<void> {
  const { waiting, answer } = taken;
  if (waiting.what === "scan") await reached(waiting.id, reachOf(taken), answer?.undo_reaches);
  const isOurs = waiting.by === (await get<string>("notes", "token")); // another station may count something else
  if (isOurs && answer?.admission) await keep("counts", { admission: answer.admission, entered: answer.entered }).catch(() => undefined);
}
