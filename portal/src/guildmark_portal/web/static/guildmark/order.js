// The page of an order looks again, until where it stands has changed: then it is loaded anew.

const EVERY_MS = 2000;
const LONGEST_MS = 30_000;
const WAYS_AFTER_MS = 60_000;
const order = document.getElementById("order");
const ways = document.getElementById("ways");

async function look(wait) {
  let standing = order.dataset.standing;
  try {
    const answer = await fetch(order.dataset.look, { headers: { Accept: "application/json" } });
    if (answer.ok) standing = (await answer.json()).standing;
  } catch {
    // No network for a moment: it is asked again.
  }
  if (standing !== order.dataset.standing) {
    location.replace(location.pathname);
    return;
  }
  setTimeout(look, wait, Math.min(wait * 1.2, LONGEST_MS));
}

// Whoever says that they paid is offered to pay only after a minute without news; without scripts, `order_page.py` counts it.
if (ways) setTimeout(() => (ways.hidden = false), WAYS_AFTER_MS);
if (order) setTimeout(look, EVERY_MS, EVERY_MS);
