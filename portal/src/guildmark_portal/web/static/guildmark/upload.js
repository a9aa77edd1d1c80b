// Handing in a model: dropped or chosen, hashed, and sent with tus, which goes on after a broken connection. On a line
// that breaks it sends less at a time, and more again where all goes well. What the server refuses is shown beside the
// drop zone, in its own words and with its next step.

import { sha256 } from "./sha256.js";

const KIB = 1024;
const CHUNK = { least: 64 * KIB, first: 1024 * KIB, most: 4096 * KIB };
const RETRIES_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000];

function problemOf(error) {
  const body = error?.originalResponse?.getBody?.();
  try {
    const problem = JSON.parse(body);
    return problem.message ? problem : undefined;
  } catch {
    return undefined;
  }
}

// A refusal is an answer and is shown; everything else is the weather, and it goes on from where the server stands.
const WEATHER = ["offset_conflict", "upload_busy"];

function isWeather(error) {
  const status = error?.originalResponse?.getStatus?.() ?? 0;
  return status === 0 || status >= 500 || WEATHER.includes(problemOf(error)?.code);
}

class HandIn {
  constructor(form) {
    this.form = form;
    this.say = (name) => form.getAttribute(`data-say-${name}`);
    this.part = (name) => form.querySelector(`[data-${name}]`);
    this.input = form.querySelector("input[type=file]");
    this.bar = form.querySelector("progress");
    this.csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.part("plain").hidden = true;
    this.part("drop").classList.add("ready");
    for (const element of form.querySelectorAll("[data-choose]")) element.hidden = false;
    this.listen();
    document.addEventListener("guildmark:swapped", () => this.settle());
  }

  // The newest submission that the page shows for this category; its own part of the page says what came of it.
  newest() {
    return document.getElementById(`newest-${this.form.dataset.upload}`)?.dataset.submission;
  }

  // What the page says of an upload under way is old news while this form sends, until the page has caught up.
  settle() {
    if (!this.part("progress").hidden || (this.awaited && this.newest() === this.before)) return;
    this.awaited = false;
    this.part("arrived").hidden = true;
    this.form.classList.remove("sending");
  }

  listen() {
    const drop = this.part("drop");
    const over = (is) => (event) => {
      event.preventDefault();
      drop.classList.toggle("over", is);
    };
    drop.addEventListener("dragenter", over(true));
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      this.take([...event.dataTransfer.files]);
    });
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.part("cancel").addEventListener("click", () => this.cancel());
  }

  async take(files) {
    this.part("refusal").hidden = true;
    this.part("arrived").hidden = true;
    this.input.value = "";
    if (files.length !== 1) return files.length ? this.refuse({ message: this.say("one") }) : undefined;
    const [file] = files;
    if (file.size === 0) return this.refuse({ message: this.say("empty") });
    this.before = this.newest();
    this.awaited = false;
    this.form.classList.add("sending");
    this.working(true);
    this.progress(this.say("reading"), undefined);
    try {
      await this.send(file, await sha256(file));
    } catch {
      this.refuse({ message: this.say("failed") });
    }
    return undefined;
  }

  async send(file, digest) {
    const { endpoint, upload: category } = this.form.dataset;
    const upload = new window.tus.Upload(file, {
      endpoint,
      chunkSize: CHUNK.first,
      retryDelays: RETRIES_MS,
      metadata: { category, filename: file.name, sha256: digest },
      headers: { "X-CSRFToken": this.csrf, "Guildmark-Protocol": "1", "Accept-Language": document.documentElement.lang },
      fingerprint: async () => `guildmark ${endpoint} ${category} ${digest}`,
      removeFingerprintOnSuccess: true,
      onShouldRetry: (error) => {
        const again = isWeather(error);
        if (again) {
          upload.options.chunkSize = Math.max(CHUNK.least, upload.options.chunkSize / 2);
          this.part("progress-text").textContent = this.say("waiting"); // the bar stays where it was
        }
        return again;
      },
      onChunkComplete: () => {
        upload.options.chunkSize = Math.min(CHUNK.most, upload.options.chunkSize * 2);
      },
      onProgress: (sent, size) => {
        const percent = Math.floor((100 * sent) / size);
        this.progress(this.say("sending").replace("{name}", file.name).replace("{percent}", percent), percent);
      },
      // Bytes that this attempt sent before are not sent again: the answer to the opening names the submission.
      onAfterResponse: (request, response) => {
        if (request.getMethod() !== "POST" || !response.getHeader("Guildmark-Submission")) return;
        upload.abort();
        this.arrived(file);
      },
      onError: (error) => this.refuse(problemOf(error) ?? { message: this.say("failed") }),
      onSuccess: () => this.arrived(file),
    });
    const [previous] = await upload.findPreviousUploads();
    if (previous) upload.resumeFromPreviousUpload(previous);
    this.upload = upload;
    upload.start();
  }

  cancel() {
    this.working(false);
    const ended = () => document.dispatchEvent(new CustomEvent("guildmark:outdated"));
    (this.upload?.abort(true) ?? Promise.resolve()).then(ended, ended);
  }

  working(is) {
    this.part("progress").hidden = !is;
    this.part("drop").hidden = is;
    if (is) this.part("cancel").focus({ preventScroll: true });
    else if (this.form.contains(document.activeElement) || document.activeElement === document.body) this.input.focus({ preventScroll: true });
  }

  progress(sentence, percent) {
    this.part("progress-text").textContent = sentence;
    if (percent === undefined) this.bar.removeAttribute("value");
    else this.bar.value = percent;
  }

  refuse({ code, message, next_step: step = "" }) {
    const next = this.form.getAttribute(`data-next-${code}`) ?? step;
    this.working(false);
    this.part("refusal-message").textContent = message;
    this.part("refusal-next").textContent = next;
    this.part("refusal-next").hidden = !next;
    this.part("refusal").hidden = false;
    if (this.form.classList.contains("sending")) document.dispatchEvent(new CustomEvent("guildmark:outdated"));
  }

  arrived(file) {
    this.working(false);
    const sentence = this.part("arrived");
    sentence.textContent = this.say("arrived").replace("{name}", file.name);
    sentence.hidden = false;
    this.awaited = true;
    document.dispatchEvent(new CustomEvent("guildmark:outdated"));
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new HandIn(form);
// A file that misses its drop zone must not replace the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
