// Pictures of papers, larger, smaller and turned. Each is fetched once by the page; what is drawn here fetches nothing more.

const SIZES = [1, 1.5, 2, 3, 4];

class Viewer {
  constructor(figure) {
    this.picture = figure.querySelector("[data-picture]");
    this.frame = this.picture.parentElement;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.picture.alt);
    this.size = 0;
    this.turns = 0;
    figure.querySelector("[data-tools]").hidden = false;
    for (const button of figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => this.zoom(Number(button.dataset.zoom)));
    figure.querySelector("[data-turn]").addEventListener("click", () => this.turn());
  }

  zoom(step) {
    this.size = Math.min(SIZES.length - 1, Math.max(0, this.size + step));
    this.draw();
  }

  turn() {
    this.turns = (this.turns + 1) % 4;
    this.draw();
  }

  draw() {
    const { naturalWidth: width, naturalHeight: height } = this.picture;
    if (!width) return;
    const lies = this.turns % 2 === 1;
    const [w, h] = lies ? [height, width] : [width, height];
    const tallest = parseFloat(getComputedStyle(this.frame).maxHeight) - 2; // its border
    const fit = Math.min(this.frame.clientWidth / w, tallest / h) * SIZES[this.size];
    this.canvas.width = Math.round(w * fit);
    this.canvas.height = Math.round(h * fit);
    const pen = this.canvas.getContext("2d");
    pen.translate(this.canvas.width / 2, this.canvas.height / 2);
    pen.rotate((this.turns * Math.PI) / 2);
    pen.drawImage(this.picture, (-width * fit) / 2, (-height * fit) / 2, width * fit, height * fit);
    if (!this.canvas.isConnected) this.picture.after(this.canvas);
    this.picture.hidden = true;
  }
}

for (const figure of document.querySelectorAll("[data-viewer]")) new Viewer(figure);
