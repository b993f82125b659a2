// A service worker. Where the hub does not answer it gives the page itself from this device, so that a reload in a
// dead spot ends in our page, with its waiting scans, and not in an error of the browser.

const PATIENCE = 3000; // ms

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const ours = origin === self.location.origin && (pathname === "/" || pathname.startsWith("/page/"));
  if (ours && event.request.method === "GET") event.respondWith(answer(event.request, pathname));
});

async function answer(request, pathname) {
  const kept = await caches.match(pathname); // by its path alone: a sign-in link carries a token
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
  return Promise.race([fetch(request).catch(() => kept), late]);
}
