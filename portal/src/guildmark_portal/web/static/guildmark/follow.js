// Keeps a page true while something on it is under way, which the page says by `data-follows`: it is fetched again every few
// seconds, and its parts that changed are taken over. What somebody is writing in stays as it is. What the address names is open.

import { parsed, takePart } from "./parts.js";

const EVERY_MS = 4000;
const QUIET_ROUNDS = 2; // what follows from a grade is written down moments after it

const page = document.getElementById("content");
const note = document.querySelector("[data-following]");
let quiet = 0;

function isWrittenIn(part) {
  return [...part.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
}

async function look() {
  const response = await fetch(location.pathname, { cache: "no-store", headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = parsed(await response.text());
  for (const part of document.querySelectorAll("[data-live]")) {
    if (!isWrittenIn(part)) takePart(fresh.getElementById(part.id));
  }
  document.dispatchEvent(new CustomEvent("guildmark:swapped"));
  quiet = fresh.getElementById("content")?.hasAttribute("data-follows") ? 0 : quiet + 1;
}

async function follow() {
  try {
    if (!document.hidden) await look();
  } catch {
    // the next round asks again
  }
  note.hidden = quiet >= QUIET_ROUNDS;
  if (!note.hidden) setTimeout(follow, EVERY_MS);
}

const named = document.getElementById(location.hash.slice(1));
if (named?.matches("details")) named.open = true;

if (page.hasAttribute("data-follows")) {
  note.hidden = false;
  setTimeout(follow, EVERY_MS);
}
