// The time left. The server says how much it is; this only counts on from there between two of its words, on the
// monotonic clock, so that a wrong or changed clock of the computer changes nothing.

const WARNINGS = [
  ["last", 5 * 60],
  ["quarter", 15 * 60],
  ["hour", 60 * 60],
];

const bar = document.getElementById("clock");
const warnings = WARNINGS.filter(([level]) => bar.hasAttribute(`data-say-${level}`)); // those that the server has for it
const shown = bar.querySelector("[data-time]");
const say = bar.querySelector("[data-say]");
let endsAt = 0;
let standsAt;
let finerThanASecond;

function levelAt(left) {
  return left <= 0 ? "over" : (warnings.find(([, limit]) => left < limit)?.[0] ?? "calm");
}

function written(left) {
  const whole = Math.max(0, Math.floor(left));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function warn(level) {
  if (level === bar.dataset.level) return;
  bar.dataset.level = level;
  const sentence = level === "calm" ? "" : bar.getAttribute(`data-say-${level}`);
  say.textContent = sentence;
  say.hidden = !sentence;
  if (level === "over") document.dispatchEvent(new CustomEvent("guildmark:stale"));
}

function tick() {
  clearTimeout(finerThanASecond);
  const left = standsAt ?? (endsAt - performance.now()) / 1000;
  shown.textContent = written(left);
  warn(levelAt(left));
  if (left > 0 && standsAt === undefined) finerThanASecond = setTimeout(tick, Math.max(50, (left % 1) * 1000 + 5));
}

// In an outage of the portal's the time stands still.
function resync({ left, stands = false }) {
  standsAt = stands ? left : undefined;
  endsAt = performance.now() + left * 1000;
  tick();
}

resync({ left: Number(bar.dataset.left), stands: bar.hasAttribute("data-stands") });
document.addEventListener("guildmark:time", (event) => resync(event.detail));
document.addEventListener("visibilitychange", tick);
