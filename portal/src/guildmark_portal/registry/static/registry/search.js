// The search of the network: the holders stand in numbered parts, the newest certificate first, which are read one after the
// other until enough are found. What they say is only ever set as text.

const MOST = 96;
const form = document.querySelector("[data-search]");
const found = document.querySelector("[data-found]");
const part = (name) => found.querySelector(`[data-${name}]`);
const language = document.documentElement.lang;
const parts = new Map();
let turn = 0;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const words = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const said = (name) => part("words").content.querySelector(`[data-of="${name}"]`).textContent;
const today = () => new Date().toISOString().slice(0, 10);

async function read(name) {
  if (!parts.has(name)) {
    const answer = await fetch(`${form.dataset.parts}${name}.json`);
    if (!answer.ok) throw new Error(`${answer.status}`);
    parts.set(name, await answer.json());
  }
  return parts.get(name);
}

function criteria() {
  const value = (name) => form.elements[name].value;
  const asked = { words: words(value("name")), program: value("program"), country: value("country"), skill: value("skill") };
  return { ...asked, isNonsense: value("name").trim() !== "" && asked.words.length === 0, expired: form.elements.expired.checked };
}

function fits(holder, asked) {
  if (asked.isNonsense || (asked.country && holder.country !== asked.country)) return false;
  const name = words(holder.name);
  const whole = plain(holder.name);
  if (!asked.words.every((word) => name.some((one) => one.startsWith(word)) || (/[^\0-\u024f]/.test(word) && whole.includes(word)))) return false;
  return holder.held.some(
    ({ program, until, skills }) =>
      (asked.expired || until >= today()) &&
      (!asked.program || program === asked.program) &&
      (!asked.skill || skills.includes(asked.skill)),
  );
}

function text(element, content) {
  element.hidden = !content;
  (element.querySelector("bdi") ?? element).textContent = content;
}

function card(holder) {
  const item = part("card").content.cloneNode(true);
  const link = item.querySelector("a");
  link.href = `${form.dataset.profiles}${encodeURIComponent(holder.slug)}/index.html`;
  text(link, holder.name);
  text(item.querySelector("[data-headline]"), holder.headline);
  const country = [...form.elements.country.options].find(({ value }) => value && value === holder.country)?.textContent;
  text(item.querySelector("[data-place]"), [holder.town, country].filter(Boolean).join(", "));
  item.querySelector("ul").replaceChildren(
    ...holder.held.map(({ title, until }) => {
      const held = part("held").content.cloneNode(true);
      const [name, expired, dates] = held.querySelectorAll("span");
      name.textContent = title;
      expired.hidden = until >= today();
      const day = new Date(`${until}T00:00:00Z`).toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC" });
      dates.textContent = said("until").replace("{until}", day);
      return held;
    }),
  );
  return item;
}

async function search() {
  const mine = ++turn;
  const asked = criteria();
  const holders = [];
  let isComplete = true;
  found.hidden = false;
  document.querySelector("[data-list]").hidden = true;
  for (const name of ["none", "failed"]) part(name).hidden = true;
  part("cards").replaceChildren();
  part("count").textContent = said("searching");
  try {
    const { parts: count } = await read("all");
    for (let number = 0; number < count && holders.length <= MOST; number += 1) {
      const rows = await read(number);
      if (mine !== turn) return;
      holders.push(...rows.filter((holder) => fits(holder, asked)));
    }
  } catch {
    isComplete = false;
  }
  if (mine !== turn) return;
  const number = Math.min(holders.length, MOST);
  part("failed").hidden = isComplete;
  part("none").hidden = !isComplete || number > 0;
  part("count").textContent = said(holders.length > MOST ? "more" : "found").replace("{number}", number.toLocaleString(language));
  part("cards").replaceChildren(...holders.slice(0, MOST).map(card));
}

if (location.protocol !== "file:") form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
const asked = new URLSearchParams(location.search);
let isAsked = false;
for (const name of ["name", "program", "country", "skill"]) {
  const value = asked.get(name);
  if (!value) continue;
  form.elements[name].value = value;
  isAsked = true;
}
if (asked.get("expired") === "yes") form.elements.expired.checked = true;
if (isAsked) search();
