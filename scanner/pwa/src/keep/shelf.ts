// The page on this phone: its service worker, and when a new version of it is ready.

const WORKER = "/page/service-worker.js";

/** `onReady(take)`: a new version is there; `take()` starts it. Nothing happens where the browser has no service worker:
 * on a plain http address, in some private windows. */
export async function keepPage(onReady: (take: () => void) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const type = document.querySelector("script[src*='/page/src/']") ? "module" : "classic";
    const registration = await navigator.serviceWorker.register(WORKER, { scope: "/", type, updateViaCache: "none" });
    const offer = (worker: ServiceWorker | null) => {
      if (worker && navigator.serviceWorker.controller) onReady(() => worker.postMessage("take over"));
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming?.addEventListener("statechange", () => { if (coming.state === "installed") offer(coming); });
    });
    let taken = navigator.serviceWorker.controller;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (taken) location.reload(); // not for the first one: nothing on the page is old
      taken = navigator.serviceWorker.controller;
    });
  } catch {
    // Not allowed, no room, or no hub just now: what was kept before stays.
  }
}

/** Ask the browser to send what waits as soon as there is a connection, also when the page is closed by then. */
export async function sendLater(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration("/").catch(() => undefined)) as
    | (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
    | undefined;
  await registration?.sync?.register("send").catch(() => undefined);
}
