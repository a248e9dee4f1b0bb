// Keeps help-now and an honest page for when there is no network, as nobody sees them, and nothing else: no page of
// anybody's, no answer of a form. No push: it would tell browser vendors who is in touch with us.
"use strict";

const PAGES = ["/offline", "/help-now"];
const LOOKS = [{% for name in ("supportgroup.css", "supportgroup.js", "favicon.svg") %}"{{ asset(name) }}"{% if not loop.last %}, {% endif %}{% endfor %}];
const KEPT = "kept-" + LOOKS.join();

// Without the cookie, so that what is kept is what everybody sees.
async function keep(address) {
  const answer = await fetch(address, { credentials: "omit", cache: "reload" });
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(address, answer);
}

async function begin() {
  await Promise.all([...PAGES, ...LOOKS].map(keep));
  await self.skipWaiting();
}

async function clear() {
  for (const name of await caches.keys()) {
    if (name !== KEPT) await caches.delete(name);
  }
  await self.clients.claim();
}

// A page from the network; without one help-now as it was kept, and for all others the page that says so.
async function page(event, path) {
  try {
    const answer = await fetch(event.request);
    if (path === "/help-now") event.waitUntil(keep(path));
    return answer;
  } catch {
    return (await caches.match(path === "/help-now" ? path : "/offline")) || Response.error();
  }
}

async function look(request, path) {
  return (await caches.match(path)) || fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(begin()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, pathname));
  else if (LOOKS.includes(pathname)) event.respondWith(look(event.request, pathname));
});
