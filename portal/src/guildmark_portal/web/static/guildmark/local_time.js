// Instants are rendered in UTC; here they take the reader's own zone, and keep UTC as their title.

const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    if (!time.title) {
      time.title = time.textContent;
      time.textContent = format.format(new Date(time.dateTime));
    }
  }
}

localise(document);
document.addEventListener("guildmark:swapped", () => localise(document));
