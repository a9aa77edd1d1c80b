// Takes over parts of a page, marked `data-live`, from a newer one. Focus and open details stay as they are.

const FOCUSABLE = "summary, a, button";

// Where the focus is within a part: in what has an id, and the how manieth place to focus there.
function focusIn(part) {
  const holder = part.contains(document.activeElement) && document.activeElement.closest("[id]");
  return holder && { id: holder.id, place: [...holder.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement) };
}

function focusAgain(part, { id, place }) {
  const holder = document.getElementById(id);
  if (!part.hasAttribute("tabindex")) part.tabIndex = -1; // what had the focus may be gone, its surroundings are not
  (holder?.matches(FOCUSABLE) ? holder : (holder?.querySelectorAll(FOCUSABLE)[place] ?? part)).focus({ preventScroll: true });
}

function swapPart(part, fresh) {
  const open = new Set([...part.querySelectorAll("details[open]")].map((details) => details.id));
  const focused = focusIn(part);
  const before = part.dataset.announcement;
  part.replaceWith(fresh);
  for (const details of fresh.querySelectorAll("details")) details.open = open.has(details.id);
  if (focused) focusAgain(fresh, focused);
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
  copy.removeAttribute("tabindex");
  return copy.outerHTML;
}

export function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

export function takePart(fresh) {
  const part = fresh && document.getElementById(fresh.id);
  if (part && comparable(fresh) !== comparable(part)) swapPart(part, document.importNode(fresh, true));
}
