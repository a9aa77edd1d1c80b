// The checks of the rehearsal: each looks at what only this browser can tell, and marks its line. What the portal knows (the
// sealed exam, the practice submission) is read from this same page again, whenever there is news or the page is looked at.

// It also wires the box of the sealed exam; a second script element would do so twice, under another address.
import { ask, canKeep, canOpen } from "./bundle.js";
import { sha256 } from "./sha256.js";

const EVENT_MS = 10000;
const SETTLE_MS = 700;
const CLOCK_S = 30;
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const list = document.querySelector("[data-rehearsal]");
const attempt = list.dataset.rehearsal;

function mark(check, tone) {
  check.dataset.tone = tone;
  for (const icon of check.querySelectorAll("[data-icon]")) icon.hidden = icon.dataset.icon !== tone;
  const all = [...list.querySelectorAll("[data-check]")];
  const summary = list.querySelector("[data-summary]");
  const good = all.filter((one) => one.dataset.tone === "good").length;
  const sentence = summary.getAttribute("data-say-summary").replace("{good}", good).replace("{all}", all.length);
  if (summary.textContent !== sentence) summary.textContent = sentence;
}

function say(check, name, gaps = {}) {
  const sentence = Object.entries(gaps).reduce((said, [gap, value]) => said.replace(`{${gap}}`, value), check.getAttribute(`data-say-${name}`));
  check.querySelector("[data-saying]").textContent = sentence;
}

// Live news: the first comes at once, later ones when anything about the attempt changes.
function events() {
  return new Promise((resolve) => {
    if (!window.EventSource) {
      resolve({ good: false });
      return;
    }
    const stream = new EventSource(`/api/v1/attempts/${attempt}/events`);
    const timer = setTimeout(() => resolve({ good: false }), EVENT_MS);
    stream.addEventListener("message", () => {
      clearTimeout(timer);
      resolve({ good: true });
    });
    addEventListener("pagehide", () => stream.close());
  });
}

// Half of the way there and back is taken off; the portal's clock has stamped the answer in between.
async function clock() {
  const asked = Date.now();
  const state = await (await ask(`/attempts/${attempt}`)).json();
  const seconds = Math.abs((asked + Date.now()) / 2 - Date.parse(state.server_time)) / 1000;
  return { good: seconds < CLOCK_S, gaps: { seconds: seconds.toFixed(seconds < 10 ? 1 : 0) } };
}

const checks = {
  events,
  clock,
  checksums: async () => ({ good: (await sha256(new Blob(["abc"]))) === ABC }),
  keeping: async () => ({ good: canOpen() && (await canKeep()) }),
};

async function run(check) {
  say(check, "checking");
  mark(check, "waiting");
  const { good, gaps } = await checks[check.dataset.check]().catch(() => ({ good: false }));
  say(check, good ? "good" : "bad", { seconds: "?", ...gaps });
  mark(check, good ? "good" : "caution");
}

for (const check of list.querySelectorAll("[data-check]")) if (checks[check.dataset.check]) run(check);
document.addEventListener("guildmark:delivered", (event) => mark(document.getElementById("check-bundle"), event.detail.good ? "good" : "caution"));

// The practice submission

async function refresh() {
  const response = await fetch(location.pathname, { cache: "no-store" });
  if (response.redirected) location.reload();
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other && other.textContent !== part.textContent) part.replaceWith(document.importNode(other, true));
  }
  const check = document.getElementById("check-practice");
  if (check) mark(check, check.dataset.tone);
  if (check?.dataset.tone === "waiting") setTimeout(again, SETTLE_MS);
}

function again() {
  if (!document.hidden) refresh().catch(() => undefined);
}

document.addEventListener("visibilitychange", again);
addEventListener("pageshow", again);
