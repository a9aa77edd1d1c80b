// Instants are rendered in UTC; here they take the reader's own zone, and keep UTC as their title. Those of another year say it.

const parts = {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
};
const language = document.documentElement.lang || undefined;
const ofThisYear = new Intl.DateTimeFormat(language, parts);
const ofAnother = new Intl.DateTimeFormat(language, { year: "numeric", ...parts });

function said(instant) {
  const format = instant.getFullYear() === new Date().getFullYear() ? ofThisYear : ofAnother;
  return format.format(instant);
}

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    if (!time.title) {
      time.title = time.textContent;
      time.textContent = said(new Date(time.dateTime));
    }
  }
}

localise(document);
document.addEventListener("guildmark:swapped", () => localise(document));
