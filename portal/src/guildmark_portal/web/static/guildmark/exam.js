// Keeps the exam page true. The server sends the parts marked `data-live` that changed, and this takes them over; a page
// without such a stream is fetched again at every event, and so is any page while events do not come through. Focus, the
// open category, open details and forms stay as they are.

import { parsed, takePart } from "./parts.js";

const POLL_MS = 4000;
const RESYNC_MS = 60000;
const ANSWER_MS = 15000;
const BACK_MS = 8000;
const OVER_MS = 500;
const SPREAD_MS = 2000;

const page = document.getElementById("content");
let polling;
let running;
let again = false;
let events;
let seen = page.dataset.seen;

// What changed

function settled(left, stands) {
  if (typeof left === "number") document.dispatchEvent(new CustomEvent("guildmark:time", { detail: { left, stands } }));
  document.dispatchEvent(new CustomEvent("guildmark:swapped"));
}

function takeOver(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) takePart(fresh.getElementById(part.id));
  seen = fresh.getElementById("content")?.dataset.seen ?? seen;
  const clock = fresh.getElementById("clock");
  settled(clock ? Number(clock.dataset.left) : undefined, clock?.hasAttribute("data-stands"));
}

// The page of another phase is another page. A class whose time is up at once does not ask for it all at once; and an upload
// that began in time goes on here until it has arrived.
let turning;

function turn() {
  clearTimeout(turning);
  const wait = document.querySelector("[data-progress]:not([hidden])") ? OVER_MS : 0;
  turning = setTimeout(wait ? turn : () => location.reload(), wait || Math.random() * SPREAD_MS);
}

async function fetchPage(options = {}) {
  const { address = location.pathname, ...request } = options;
  const signal = AbortSignal.timeout?.(ANSWER_MS);
  const response = await fetch(address, { cache: "no-store", headers: { Accept: "text/html" }, signal, ...request });
  connected(response.status < 500);
  if (!response.ok) return undefined;
  const fresh = parsed(await response.text());
  if (fresh.getElementById("content")?.dataset.phase !== page.dataset.phase) {
    turn();
    return undefined;
  }
  takeOver(fresh);
  return fresh;
}

// One refresh at a time; what arrives meanwhile makes one more.
async function refresh() {
  again = true;
  if (running) return;
  running = true;
  try {
    while (again) {
      again = false;
      await fetchPage();
    }
  } catch {
    connected(false); // the next event, poll or resync asks again
  } finally {
    running = false;
  }
}

// Whether the portal answers

let lost = false;

function connected(is) {
  if (is !== lost) return;
  lost = !is;
  poll(lost || !isFollowing());
  const line = document.querySelector("[data-connection]");
  if (!line) return;
  const sentence = line.getAttribute(lost ? "data-say-lost" : "data-say-back");
  line.textContent = sentence;
  if (!lost) setTimeout(() => line.textContent === sentence && (line.textContent = ""), BACK_MS);
}

// How it learns of a change

function isFollowing() {
  return events?.readyState === EventSource.OPEN;
}

// Every failed attempt to connect says "on" again; the timer that runs must not start over, or it would never fire.
function poll(on) {
  if (on && polling) return;
  clearInterval(polling);
  polling = on && !document.hidden ? setInterval(refresh, POLL_MS) : undefined;
}

function takeEvent(event) {
  poll(false);
  const { phase, left, stands, parts } = JSON.parse(event.data);
  seen = event.lastEventId || seen;
  for (const html of Object.values(parts)) takePart(parsed(html).querySelector("[data-live]"));
  settled(left, stands);
  if (phase !== page.dataset.phase) turn();
}

function address() {
  return page.dataset.stream ? `${page.dataset.stream}?seen=${seen}` : page.dataset.events;
}

function listen() {
  if (!window.EventSource) {
    poll(true);
    return;
  }
  events = new EventSource(address());
  const follows = events;
  events.addEventListener("open", () => {
    poll(false);
    if (lost || !page.dataset.stream) refresh();
  });
  events.addEventListener("message", page.dataset.stream ? takeEvent : refresh);
  events.addEventListener("error", () => {
    poll(true);
    refresh();
    if (follows.readyState === EventSource.CLOSED) setTimeout(() => follows === events && !document.hidden && listen(), RESYNC_MS);
  });
}

// A browser opens few streams to one portal; a page that nobody looks at leaves its own to the others.
function leave() {
  events?.close();
  events = undefined;
  poll(false);
}

function look() {
  if (document.hidden) leave();
  else if (!events) listen();
}

// What the stream brings by itself is not fetched; whatever waits for the page to catch up looks again.
function catchUp() {
  if (isFollowing() && page.dataset.stream) settled();
  else refresh();
}

// Pinning, without leaving the page

async function pin(event) {
  const form = event.target;
  if (!form.matches("[data-pin]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  try {
    const fresh = await fetchPage({ address: form.action, method: "POST", body });
    showMessages(fresh);
  } catch {
    connected(false);
  }
}

function showMessages(fresh) {
  document.querySelector(".messages")?.remove();
  const messages = fresh?.querySelector(".messages");
  if (messages) page.prepend(document.importNode(messages, true));
  messages && page.scrollIntoView();
}

// Categories as tabs

function openTab(tabs, chosen, focus) {
  for (const tab of tabs) {
    const is = tab === chosen;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !is;
  }
  if (focus) chosen.focus();
}

function makeTabs(list) {
  const tabs = [...list.querySelectorAll("a")];
  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const name = tab.getAttribute("href").slice(1);
    const panel = document.getElementById(name);
    tab.parentElement.setAttribute("role", "presentation");
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", name);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `#${name}`);
      openTab(tabs, tab, false);
    });
    tab.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(tab);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = tabs.at(to % tabs.length);
      history.replaceState(null, "", next.getAttribute("href"));
      openTab(tabs, next, true);
    });
  }
  // The address may name a category, or a place within one.
  const fromAddress = () => {
    const place = document.getElementById(location.hash.slice(1));
    return tabs.find((tab) => document.getElementById(tab.getAttribute("aria-controls")).contains(place));
  };
  openTab(tabs, fromAddress() ?? tabs[0], false);
  addEventListener("hashchange", () => fromAddress() && openTab(tabs, fromAddress(), false));
}

const list = document.querySelector("[data-tabs]");
if (list) makeTabs(list);
look();
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && look());
addEventListener("offline", refresh);
addEventListener("online", refresh);
setInterval(() => isFollowing() || document.hidden || refresh(), RESYNC_MS);
document.addEventListener("submit", pin);
document.addEventListener("guildmark:stale", () => isFollowing() || setTimeout(refresh, OVER_MS + Math.random() * SPREAD_MS));
document.addEventListener("guildmark:outdated", catchUp);
document.addEventListener("visibilitychange", look);
