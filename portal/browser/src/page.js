// The page: a file is chosen or dropped, and the verdict is shown. Elements and sentences are the page's own (README.md says
// which); what a file says is only ever set as text. Where there is no `data-verify` this does nothing but export `verify`.

import { verify } from "./verify.js";

export { verify };

const LONGEST_FILE = 16 * 1024 * 1024;
const HOLDING = new Set(["valid", "superseded"]);
const DAYS = new Set(["issued", "expires"]);
const ROWS = ["holder", "title", "issuer", "identifier", "issued", "expires", "url", "identity_check", "issuer_file_of"];

class Page {
  constructor(section) {
    this.section = section;
    this.part = (name) => section.querySelector(`[data-${name}]`);
    this.part("file").addEventListener("change", (event) => this.take(event.target.files));
    section.addEventListener("dragover", (event) => this.#over(event, true));
    section.addEventListener("dragleave", (event) => this.#over(event, section.contains(event.relatedTarget)));
    section.addEventListener("drop", (event) => {
      this.#over(event, false);
      this.take(event.dataTransfer.files);
    });
  }

  #over(event, isOver) {
    event.preventDefault();
    this.section.classList.toggle("dropping", isOver);
  }

  sentence(name) {
    const found = this.part("sentences")?.content.querySelector(`[data-of="${name}"]`);
    return found?.textContent.trim() ?? name.split(".").at(-1);
  }

  async take([file]) {
    if (!file) return;
    this.part("problem").hidden = true;
    this.part("verdict").hidden = true;
    const issuer = await this.#issuer();
    if (!issuer) return;
    // One byte more than any file of ours tells that it is too long; more of it is not read.
    const bytes = new Uint8Array(await file.slice(0, LONGEST_FILE + 1).arrayBuffer());
    try {
      this.show(await verify(bytes, issuer));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#refuse();
    }
  }

  async #issuer() {
    try {
      const answer = await fetch(this.section.dataset.issuer, { cache: "no-cache" });
      if (answer.ok) return await answer.json();
    } catch {
      // told below
    }
    this.#refuse();
    return null;
  }

  #refuse() {
    this.part("problem").textContent = this.sentence("problem.issuer");
    this.part("problem").hidden = false;
  }

  show(verdict) {
    const place = this.part("verdict");
    place.dataset.standing = verdict.demonstration && HOLDING.has(verdict.standing) ? "demonstration" : verdict.standing;
    place.querySelector('[data-say="standing"]').textContent = this.#headline(verdict, place.dataset.standing);
    const failed = verdict.checks.find(({ outcome }) => outcome === "failed");
    place.querySelector('[data-say="why"]').textContent = failed ? this.sentence(`reason.${failed.reason}`) : "";
    for (const name of ROWS) this.#row(name, verdict[name] ?? null);
    this.part("checks").replaceChildren(...verdict.checks.map((check) => this.#check(check)));
    place.hidden = false;
    place.focus();
  }

  // Of a demonstration that is said first, whatever else is: signed by the issuer, it certifies nothing all the same.
  #headline({ demonstration, standing }, told) {
    const isSaidBesides = demonstration && told === standing;
    const word = this.sentence(`standing.${told}`);
    return isSaidBesides ? `${this.sentence("standing.demonstration")}: ${word}` : word;
  }

  #row(name, value) {
    const row = this.section.querySelector(`[data-row="${name}"]`);
    if (!row) return;
    row.hidden = value === null;
    row.querySelector("dd").replaceChildren(value === null ? "" : this.#said(name, value));
  }

  #said(name, value) {
    if (name === "identity_check") return this.sentence(`identity.${value}`);
    if (name === "url") return Object.assign(document.createElement("a"), { href: value, textContent: value });
    const moment = new Date(value);
    const language = document.documentElement.lang || undefined;
    if (DAYS.has(name)) return moment.toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC" });
    return name === "issuer_file_of" ? moment.toLocaleString(language, { dateStyle: "long", timeStyle: "short" }) : value;
  }

  #check({ subject, outcome, reason }) {
    const item = document.createElement("li");
    item.dataset.outcome = outcome;
    const why = reason ? ` ${this.sentence(`reason.${reason}`)}` : "";
    item.textContent = `${this.sentence(`subject.${subject}`)}: ${this.sentence(`outcome.${outcome}`)}.${why}`;
    return item;
  }
}

for (const section of document.querySelectorAll("[data-verify]")) new Page(section);
