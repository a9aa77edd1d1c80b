// The photo: turn the camera on, take a still, and send it as the form's file. Nothing is sent before the person says so.

class Camera {
  constructor(form) {
    this.form = form;
    this.part = (name) => form.querySelector(`[data-${name}]`);
    this.say = (name) => form.getAttribute(`data-say-${name}`);
    this.long = Number(form.dataset.long);
    this.short = Number(form.dataset.short);
    this.show("start");
    this.part("start").addEventListener("click", () => this.start());
    this.part("take").addEventListener("click", () => this.take());
    this.part("again").addEventListener("click", () => this.start());
    this.form.addEventListener("submit", (event) => this.part("file").files.length || event.preventDefault());
    addEventListener("pagehide", () => this.stop());
  }

  // Only the named buttons are there.
  show(...names) {
    for (const name of ["start", "take", "use", "again"]) this.part(name).hidden = !names.includes(name);
  }

  refuse(sentence) {
    this.stop();
    this.part("refusal").textContent = sentence;
    this.part("refusal").hidden = false;
    this.part("frame").hidden = true;
    this.show("start");
  }

  async start() {
    this.part("refusal").hidden = true;
    this.part("status").textContent = "";
    this.part("file").value = "";
    const video = this.part("video");
    try {
      const wanted = { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: "user" };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      video.srcObject = this.stream;
      await video.play();
    } catch {
      return this.refuse(this.say("none"));
    }
    const [width, height] = [video.videoWidth, video.videoHeight];
    if (Math.max(width, height) < this.long || Math.min(width, height) < this.short) return this.refuse(this.say("small"));
    this.part("frame").hidden = false;
    this.part("still").hidden = true;
    video.hidden = false;
    this.show("take");
    this.part("take").focus();
    return undefined;
  }

  async take() {
    const [video, still] = [this.part("video"), this.part("still")];
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((made) => still.toBlob(made, "image/jpeg", 0.92));
    const carried = new DataTransfer();
    carried.items.add(new File([picture], "photo.jpg", { type: "image/jpeg" }));
    this.part("file").files = carried.files;
    this.stop();
    video.hidden = true;
    still.hidden = false;
    this.show("use", "again");
    this.part("status").textContent = this.say("taken");
    this.part("use").focus();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
  }
}

for (const form of document.querySelectorAll("form[data-camera]")) new Camera(form);
