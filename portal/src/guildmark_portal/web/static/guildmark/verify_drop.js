// A file that is dropped anywhere on the page goes into the form, which is sent at once. Without this script one chooses it.

const form = document.querySelector("[data-drop]");
const field = form.querySelector("input[type=file]");

const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

form.querySelector("[data-hint]").hidden = false;

for (const name of ["dragenter", "dragover"]) {
  addEventListener(name, (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    form.classList.add("drop-over");
  });
}

addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("drop-over");
});

addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  form.classList.remove("drop-over");
  if (event.dataTransfer.files.length !== 1) return;
  field.files = event.dataTransfer.files;
  form.requestSubmit();
});
