// Puts the page itself on this device, for worker.js to give when the hub does not answer.

const SHELF = "doorcheck-page";

/** Does nothing where the browser has no service worker: on a plain http address, in some private windows. */
export async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/page/worker.js", { scope: "/" });
    const shelf = await caches.open(SHELF);
    await shelf.addAll(["/", ...loadedFiles()]);
  } catch {
    // Not allowed, no room, or no hub just now: what was kept before stays.
  }
}

function loadedFiles() {
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const ours = loaded.filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/page/"));
  return new Set(ours.map(({ pathname }) => pathname));
}
