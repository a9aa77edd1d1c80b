// The sealed exam in the browser: brought here before the clock runs, every byte verified, kept in IndexedDB, and opened here
// once the portal gives its key. Where any of that is not to be had (a private window, plain http), the folders come as
// workspace.zip, as they do without a script.

import { sha256 } from "./sha256.js";

const TRIES = 3;
const AGAIN_MS = 1500;
const HEAD_BYTES = 4; // GMB1
const NONCE_BYTES = 12;

// What this browser keeps

function store(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("guildmark", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("bundles");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("bundles", mode);
      const asked = act(transaction.objectStore("bundles"));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(asked?.result);
      };
      transaction.onabort = () => reject(transaction.error);
    };
  });
}

// One exam at a time: the bundles of earlier ones make room.
function keep(attempt, bundle) {
  return store("readwrite", (bundles) => {
    bundles.clear();
    return bundles.put(bundle, attempt);
  });
}

export async function kept(attempt) {
  try {
    return await store("readonly", (bundles) => bundles.get(attempt));
  } catch {
    return undefined;
  }
}

export async function canKeep() {
  const name = "trial";
  try {
    await store("readwrite", (bundles) => bundles.put(new Blob(["kept"]), name));
    const read = await store("readonly", (bundles) => bundles.get(name));
    await store("readwrite", (bundles) => bundles.delete(name));
    return (await read.text()) === "kept";
  } catch {
    return false;
  }
}

export const canOpen = () => globalThis.isSecureContext && Boolean(globalThis.crypto?.subtle);

// What the portal says

export class Refusal extends Error {}

export async function ask(path, body) {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "Guildmark-Protocol": "1", "Accept-Language": document.documentElement.lang };
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  if (body !== undefined) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": csrf });
  const response = await fetch(`/api/v1${path}`, { cache: "no-store", headers, ...options });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw response.status < 500 && problem.message ? new Refusal(`${problem.message} ${problem.next_step}`) : new Error(response.status);
}

// Bringing it here

async function download(attempt, size, progress) {
  const response = await ask(`/attempts/${attempt}/bundle`);
  const pieces = [];
  let done = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done: ended, value } = await reader.read();
    if (ended) return new Blob(pieces);
    pieces.push(value);
    done += value.length;
    progress("coming", Math.floor((100 * done) / size));
  }
}

async function whole(attempt, offer, progress) {
  const before = await kept(attempt);
  if (before?.sha256 === offer.sha256 && (await sha256(before.blob)) === offer.sha256) return before.blob;
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      const blob = await download(attempt, offer.size, progress);
      progress("verifying", 100);
      if ((await sha256(blob)) === offer.sha256) return blob;
      throw new Error("damaged");
    } catch (error) {
      if (!left || error instanceof Refusal) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

// The digest of the bundle, and whether this browser could keep it. Fails where it did not arrive whole.
export async function deliver(attempt, progress) {
  progress("asking", undefined);
  const offer = await (await ask(`/attempts/${attempt}/prepare`, {})).json();
  const blob = await whole(attempt, offer, progress);
  const isKept = await keep(attempt, { sha256: offer.sha256, blob }).then(() => true, () => false);
  await ask(`/attempts/${attempt}/delivered`, { sha256: offer.sha256, by: "browser" });
  return { sha256: offer.sha256, isKept };
}

// Opening it, once the clock runs

async function opened(attempt) {
  const bundle = canOpen() ? await kept(attempt) : undefined;
  if (!bundle) return undefined;
  const { key } = await (await ask(`/attempts/${attempt}/begin`, { bundle_sha256: bundle.sha256 })).json();
  const raw = Uint8Array.from(key.match(/../g), (byte) => parseInt(byte, 16));
  const aes = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const sealed = await bundle.blob.arrayBuffer();
  const iv = new Uint8Array(sealed, HEAD_BYTES, NONCE_BYTES);
  const additionalData = new TextEncoder().encode(attempt);
  const content = new Uint8Array(sealed, HEAD_BYTES + NONCE_BYTES);
  return new Blob([await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, aes, content)], { type: "application/zip" });
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// The link to workspace.zip on the page of the running exam: what is here already need not come again.
function openHere(link) {
  const attempt = link.pathname.split("/").at(-2);
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const zip = await opened(attempt).catch(() => undefined);
    if (zip) save(zip, "workspace.zip");
    else location.assign(link.href);
  });
}

// The box with the button, and the word that starts the clock

class Box {
  constructor(box, form) {
    this.box = box;
    this.attempt = box.dataset.bundle;
    this.form = form;
    const get = box.querySelector("[data-bundle-get]");
    get.addEventListener("submit", (event) => {
      event.preventDefault();
      this.bring().catch(() => undefined);
    });
    form?.addEventListener("submit", (event) => this.start(event));
    kept(this.attempt).then((bundle) => bundle && this.bring().catch(() => undefined));
  }

  say(name, percent) {
    this.box.querySelector("[data-bundle-saying]").textContent = this.word(name).replace("{percent}", percent);
    const bar = this.box.querySelector("[data-bundle-progress]");
    bar.hidden = percent === undefined;
    if (percent !== undefined) bar.value = percent;
  }

  word(name) {
    return this.box.getAttribute(`data-say-${name}`);
  }

  // One delivery at a time; whoever asks meanwhile waits for the same one.
  bring() {
    this.coming ??= this.delivered().finally(() => (this.coming = undefined));
    return this.coming;
  }

  async delivered() {
    const button = this.box.querySelector("[data-bundle-get] button");
    button.disabled = true;
    try {
      const { sha256: digest, isKept } = await deliver(this.attempt, (name, percent) => this.say(name, percent));
      this.say(isKept ? "here" : "unkept", undefined);
      this.box.querySelector("[data-bundle-get]").hidden = isKept;
      document.dispatchEvent(new CustomEvent("guildmark:delivered", { detail: { good: true } }));
      return digest;
    } catch (error) {
      this.say("failed", undefined);
      if (error instanceof Refusal) this.box.querySelector("[data-bundle-saying]").textContent = error.message;
      document.dispatchEvent(new CustomEvent("guildmark:delivered", { detail: { good: false } }));
      throw error;
    } finally {
      button.disabled = false;
    }
  }

  // The exam is here before its clock runs. Who cannot have it here may start all the same, by pressing once more.
  async start(event) {
    if (this.withoutIt) return;
    event.preventDefault();
    const button = this.form.querySelector("button");
    button.disabled = true;
    try {
      this.form.elements.bundle_sha256.value = await this.bring();
      this.form.submit();
    } catch {
      this.withoutIt = true;
      button.disabled = false;
      const saying = this.form.querySelector("[data-begin-saying]");
      saying.textContent = this.word("anyway");
      saying.hidden = false;
    }
  }
}

const box = document.querySelector("[data-bundle]");
if (box) new Box(box, document.querySelector("form[data-begin]"));
for (const link of document.querySelectorAll('a[href$="/workspace.zip"]')) openHere(link);
