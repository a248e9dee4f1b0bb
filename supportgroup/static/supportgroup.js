// What pages do better with JavaScript. Every one of them works without it.
"use strict";

const WORKER = "/sw.js"; // keeps help-now for when there is no network, see there

function ownWorker(address) {
  if (address !== WORKER) throw new TypeError(address);
  return address;
}

// Pages may only be made from text through this one named policy, and only from answers of our own server; the one
// script it lets through by address is the service worker.
const policy = window.trustedTypes?.createPolicy("supportgroup", {
  createHTML: (text) => text,
  createScriptURL: ownWorker,
});

function parse(text) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
}

// Leave this page: blank at once, then another site in its place, so that "back" does not lead here.

const PRESSES = 3; // of Shift
const PAUSE = 1500; // ms between two presses, at most

function leave() {
  document.documentElement.classList.add("left-behind");
  document.title = "…";
  window.location.replace(document.querySelector("[data-leave]").href);
}

let presses = 0;
let pressedAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  presses = event.key === "Shift" ? (event.timeStamp - pressedAt < PAUSE ? presses + 1 : 1) : 0;
  pressedAt = event.timeStamp;
  if (presses === PRESSES) leave();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) {
    event.preventDefault();
    leave();
  }
});

// A link to a field that is folded away opens the fold.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const fold = link && document.getElementById(link.hash.slice(1))?.closest("details");
  if (fold) fold.open = true;
});

// What the script itself says, in the reader's language: <body data-say-…>.
const WORDS = document.body.dataset;

// Saying things to screen readers, without moving the focus.

function announce(words) {
  document.getElementById("announcer").textContent = words;
}

// The same where everybody sees it, in the place of what was said before.
function say(words) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = words;
  document.getElementById("said").replaceChildren(note);
  announce(words);
}

// <form data-swap="ids">, or a button of it: the answer replaces the elements of these ids in place, instead of loading
// a page.

const SLOW = 400; // ms after which waiting is said

function swappable(answer, ids) {
  return ids.every((id) => answer.getElementById(id) && document.getElementById(id));
}

// The element in the new page that is what `old` was in the former one: same id, or same name and value.
function counterpart(old, place) {
  if (old.id) return document.getElementById(old.id);
  if (!old.name) return null;
  return [...place.querySelectorAll(old.localName)].find((e) => e.name === old.name && e.value === old.value);
}

function swap(answer, ids) {
  const held = document.activeElement;
  for (const id of ids) {
    const before = document.getElementById(id);
    const after = document.importNode(answer.getElementById(id), true);
    const hadFocus = before.contains(held);
    before.replaceWith(after);
    prepare(after);
    if (!hadFocus) continue;
    const next = after.querySelector("[data-focus]") || counterpart(held, after) || after;
    if (next === after) after.tabIndex = -1;
    next.focus();
  }
  if (answer.querySelector("[role=alert]")) return; // which speaks for itself
  const said = answer.getElementById("said").textContent.trim().replace(/\s+/g, " ");
  announce(said || answer.getElementById(ids.at(-1)).dataset.says || WORDS.sayDone);
}

// What a submit would send, with what the pressed button says.
function contents(form, button) {
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  return new URLSearchParams(data);
}

// What the submit asks for: a form that only looks (GET) says it in the address, which then stands in the bar.
async function ask(form, button) {
  const said = contents(form, button);
  if (form.method === "post") return fetch(form.action, { method: "POST", body: said });
  const address = new URL(form.action);
  address.search = said;
  const answer = await fetch(address);
  history.replaceState(null, "", address);
  return answer;
}

async function send(form, button, swaps) {
  const ids = ["said", ...swaps.split(" ")];
  const waiting = setTimeout(() => announce(WORDS.sayMoment), SLOW);
  try {
    const response = await ask(form, button);
    const answer = parse(await response.text());
    if (swappable(answer, ids)) swap(answer, ids);
    else if (response.redirected) window.location.assign(response.url);
    else if (response.ok) window.location.reload();
    else sendPlainly(form, button); // refused, so nothing changed: let the page of the refusal show
  } catch {
    if (navigator.onLine) sendPlainly(form, button);
    else say(WORDS.sayUnsent);
  } finally {
    clearTimeout(waiting);
  }
}

const plain = new WeakSet(); // forms that go their plain way from now on

// The way of every form without JavaScript; once the submit that was caught is over, a browser ignores it before.
function sendPlainly(form, button) {
  plain.add(form);
  setTimeout(() => form.requestSubmit(button));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const swaps = event.submitter?.dataset.swap ?? form.dataset.swap;
  if (!swaps || plain.has(form)) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return; // pressed twice
  form.ariaBusy = "true";
  send(form, event.submitter, swaps).finally(() => (form.ariaBusy = "false"));
});

// <form data-live="id">: the element of that id follows what is being typed, by the form's own "preview".

const STILL = 500; // ms without typing

async function follow(form) {
  const data = contents(form);
  data.set("preview", "y");
  try {
    const response = await fetch(form.action, { method: "POST", body: data });
    const fresh = parse(await response.text()).getElementById(form.dataset.live);
    const shown = document.getElementById(form.dataset.live);
    if (!fresh || !shown || (!response.ok && !fresh.childElementCount)) return; // half typed: what was shown stays
    const held = document.activeElement;
    const hadFocus = shown.contains(held);
    shown.replaceChildren(...document.importNode(fresh, true).childNodes);
    if (hadFocus) counterpart(held, shown)?.focus();
  } catch {
    // Without an answer what was shown stays.
  }
}

let typing = 0;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.live || form.method !== "post") return;
  clearTimeout(typing);
  typing = setTimeout(() => follow(form), STILL);
});

// <form data-autosave="/where">: what is typed is kept there as a draft while one types. An element with
// data-kept="words" inside the form says these words then.

const CALM = 3000; // ms without typing after which a draft is kept

function keepDrafts(form) {
  let calm = 0;

  const say = (words) => {
    for (const place of form.querySelectorAll("[data-kept]")) place.textContent = words ?? place.dataset.kept;
  };

  async function keep(options) {
    clearTimeout(calm);
    calm = 0;
    const written = [...form.elements].some((one) => /^text/.test(one.type) && one.value.trim());
    if (!written) return;
    const body = contents(form);
    body.set("quietly", "y"); // the page that comes next has nothing to say about it
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, ...options });
      if (answer.ok) say();
    } catch {
      // No connection: what is typed still stands in the form, and the next try may get through.
    }
  }

  const rest = () => {
    clearTimeout(calm);
    calm = 0;
  };

  form.addEventListener("input", () => {
    rest();
    say("");
    calm = setTimeout(keep, CALM);
  });
  form.addEventListener("submit", rest);
  window.addEventListener("pagehide", () => calm && keep({ keepalive: true })); // left while typing
}

// Times and zones of the visitor's own.

const LANGUAGE = document.documentElement.lang;
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone; // asked for where it is needed: it takes long
const FIGURES = { numberingSystem: "latn" }; // as the server writes them, in every language
const DAY = { ...FIGURES, weekday: "short", day: "numeric", month: "short" };
const DATE = { ...FIGURES, weekday: "long", day: "numeric", month: "long" };
const TIME = { ...FIGURES, hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
const SHOWN = { time: TIME, day: DAY, date: DATE, both: { ...DAY, ...TIME }, full: { ...DATE, ...TIME } };

// What a fresh page or a swapped-in part of one needs.
function prepare(part) {
  for (const time of part.querySelectorAll("time[data-local]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(LANGUAGE, SHOWN[time.dataset.local] || SHOWN.both);
  }
  for (const zone of part.querySelectorAll("[data-guess-zone]")) {
    // In a list only what it offers, and only while it still shows the default that the attribute names.
    const own = ownZone();
    const offered = !zone.options || [...zone.options].some((option) => option.value === own);
    if (offered && own && (zone.type === "hidden" || zone.value === zone.dataset.guessZone)) zone.value = own;
  }
  for (const form of part.querySelectorAll("form[data-autosave]")) keepDrafts(form);
}

prepare(document);

// Who is signed in keeps help-now on this device. There is time for it once the page stands.
if ("keepHelp" in document.body.dataset && navigator.serviceWorker) {
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER).catch(() => {});
  });
}

// A new ask: who will see it, and examples near to what is chosen.

// What the chosen eyes are called; of people chosen one by one, their names.
function seenBy(form) {
  const chosen = form.querySelector("[name=eyes]:checked");
  if (!chosen) return "";
  if (chosen.value !== "chosen") return chosen.closest(".choice").querySelector(".choice-name").textContent;
  const names = [...form.querySelectorAll("[name=chosen]:checked")].map((one) => one.closest("label").textContent.trim());
  return new Intl.ListFormat(LANGUAGE).format(names);
}

// The three examples nearest to the kind and size that are chosen; the list is as it came until a kind is.
function showNear(form) {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  const size = Number(form.elements.size_minutes.value);
  const all = [...form.querySelectorAll("details details .example")].filter((one) => one.dataset.kind === kind);
  if (!all.length) return;
  const far = (one) => Math.abs(one.dataset.size - size);
  const three = all.sort((one, other) => far(one) - far(other)).slice(0, 3);
  const items = three.map((one) => document.createElement("li"));
  items.forEach((item, at) => item.append(three[at].cloneNode(true)));
  form.querySelector("#near").replaceChildren(...items);
}

function fillFrom(form, example) {
  form.elements.title.value = example.textContent;
  form.elements.size_minutes.value = example.dataset.size;
  form.querySelector(`[name=kind][value="${example.dataset.kind}"]`).checked = true;
  form.elements.title.focus();
  showNear(form);
  form.dispatchEvent(new Event("input"));
}

const asking = document.getElementById("ask-form");
if (asking?.querySelector("#near")) {
  asking.addEventListener("change", () => {
    document.getElementById("seen-by").textContent = seenBy(asking);
    showNear(asking);
  });
  asking.addEventListener("click", (event) => {
    const example = event.target.closest(".example");
    if (!example) return;
    event.preventDefault();
    fillFrom(asking, example);
  });
}
