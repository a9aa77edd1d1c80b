// A certificate of a holder who asked to be found, by its number: its credential is fetched from this site, and given to the
// verifier as if it had been chosen. `?identifier=` in the address does the same, which is how the portal's own links look.

const LENGTH = 12;
const READ_AS = { I: "1", L: "1", O: "0" };
const place = document.querySelector("[data-look-up]");
const form = place.querySelector("form");
const absent = place.querySelector("[data-absent]");
const chooser = document.querySelector("[data-file]");

function written(typed) {
  const signs = typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const body = signs.length === LENGTH + 2 ? signs.replace(/^GM/, "") : signs;
  if (body.length !== LENGTH) return null;
  return `GM-${body.replace(/[ILO]/g, (sign) => READ_AS[sign]).match(/.{4}/g).join("-")}`;
}

async function credential(identifier) {
  try {
    const answer = await fetch(`${place.dataset.certificates}${identifier}/credential.json`);
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null;
  }
}

async function lookUp(typed) {
  absent.hidden = true;
  const identifier = written(typed);
  const found = identifier && (await credential(identifier));
  if (!found) {
    absent.hidden = false;
    return;
  }
  const given = new DataTransfer();
  given.items.add(new File([found], `${identifier}.json`, { type: "application/json" }));
  chooser.files = given.files;
  chooser.dispatchEvent(new Event("change"));
}

place.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  lookUp(form.elements.identifier.value);
});
const asked = new URLSearchParams(location.search).get("identifier");
if (asked) {
  form.elements.identifier.value = asked.slice(0, 60);
  lookUp(asked);
}
