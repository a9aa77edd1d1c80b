// Until a seat can be begun: counts down by the server's clock, and brings the page anew when it has come.

const SECOND = 1000;
const DAY = 24 * 3600;
const LONGEST_WAIT = 24 * 3600 * SECOND;

for (const shown of document.querySelectorAll("[data-countdown]")) {
  const ahead = new Date(shown.dataset.countdown) - new Date(shown.dataset.now);
  const due = performance.now() + ahead;
  const tick = () => {
    const seconds = Math.ceil((due - performance.now()) / SECOND);
    if (seconds <= 0) {
      clearInterval(ticking);
      setTimeout(() => location.reload(), Math.random() * 2 * SECOND); // not everybody in the same instant
      return;
    }
    if (seconds < DAY) {
      const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => Math.floor(part));
      shown.textContent = clock.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
    }
  };
  const ticking = setInterval(tick, SECOND);
  if (ahead < LONGEST_WAIT) tick();
}
