// Buttons that copy the field beside them. Without this script the fields are there all the same, to be marked by hand.

const status = document.querySelector("[data-copied]");

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const shown = button.querySelector("[data-word]"); // its name for whoever hears the page: this word, and the field's label
  const word = shown.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // it is marked: the keyboard copies it
    }
    shown.textContent = status.textContent = status.dataset.copied;
    setTimeout(() => {
      shown.textContent = word;
      status.textContent = "";
    }, 2000);
  });
}
