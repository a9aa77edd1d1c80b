// Keeps the exam page true. The server sends an event when anything changed; this fetches the page again and takes over
// the parts marked `data-live` that differ. Focus, the open category and open details stay as they are. When events do
// not come through, it asks every few seconds instead.

const POLL_MS = 4000;
const RESYNC_MS = 60000;
const ANSWER_MS = 15000;
const BACK_MS = 8000;

const page = document.getElementById("content");
let polling;
let running;
let again = false;
let events;

// What changed

function swapPart(part, fresh) {
  const open = new Set([...part.querySelectorAll("details[open]")].map((details) => details.id));
  const focused = part.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : undefined;
  const before = part.dataset.announcement;
  part.replaceWith(fresh);
  for (const details of fresh.querySelectorAll("details")) details.open = open.has(details.id);
  if (focused) (document.getElementById(focused)?.querySelector("summary, a, button") ?? fresh).focus?.();
  const after = fresh.dataset.announcement;
  if (after && after !== before) announce(after);
}

function announce(sentence) {
  const announcer = document.querySelector("[data-announcer]");
  if (announcer) announcer.textContent = sentence;
}

function comparable(part) {
  const copy = part.cloneNode(true);
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy.outerHTML;
}

function takeOver(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other && comparable(other) !== comparable(part)) swapPart(part, document.importNode(other, true));
  }
  const clock = fresh.getElementById("clock");
  if (clock) document.dispatchEvent(new CustomEvent("guildmark:time", { detail: { left: Number(clock.dataset.left) } }));
  document.dispatchEvent(new CustomEvent("guildmark:swapped"));
}

async function fetchPage() {
  const signal = AbortSignal.timeout?.(ANSWER_MS);
  const response = await fetch(location.pathname, { cache: "no-store", headers: { Accept: "text/html" }, signal });
  connected(response.status < 500);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.redirected || fresh.getElementById("content")?.dataset.phase !== page.dataset.phase) {
    location.reload();
    return;
  }
  takeOver(fresh);
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
  poll(lost || !window.EventSource || events?.readyState !== EventSource.OPEN);
  const line = document.querySelector("[data-connection]");
  if (!line) return;
  const sentence = line.getAttribute(lost ? "data-say-lost" : "data-say-back");
  line.textContent = sentence;
  if (!lost) setTimeout(() => line.textContent === sentence && (line.textContent = ""), BACK_MS);
}

// How it learns of a change

// Every failed attempt to connect says "on" again; the timer that runs must not start over, or it would never fire.
function poll(on) {
  if (on && polling) return;
  clearInterval(polling);
  polling = on ? setInterval(refresh, POLL_MS) : undefined;
}

function listen() {
  if (!window.EventSource) {
    poll(true);
    return;
  }
  events = new EventSource(page.dataset.events);
  const changed = (event) => {
    poll(false);
    try {
      const left = JSON.parse(event.data).time_left_s;
      if (typeof left === "number") document.dispatchEvent(new CustomEvent("guildmark:time", { detail: { left } }));
    } catch {
      // An event without a state still says that something changed.
    }
    refresh();
  };
  events.addEventListener("open", () => {
    poll(false);
    if (lost) refresh();
  });
  events.addEventListener("message", changed);
  events.addEventListener("state", changed);
  events.addEventListener("error", () => {
    poll(true);
    refresh();
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RESYNC_MS);
  });
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
listen();
addEventListener("pagehide", () => events?.close());
addEventListener("offline", refresh);
addEventListener("online", refresh);
setInterval(refresh, RESYNC_MS);
document.addEventListener("guildmark:stale", () => setTimeout(refresh, 1500));
document.addEventListener("guildmark:outdated", refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
