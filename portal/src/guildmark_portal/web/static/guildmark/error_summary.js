// The focus goes to the summary of problems, and from there to a field. `autofocus` alone does not do it where the address ends
// in a #field from the time before: browsers go there then. Without this script the links work all the same.

const summary = document.querySelector(".error-summary");

if (summary) {
  summary.focus();
  summary.scrollIntoView({ block: "nearest" });
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest(".field")?.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
}
