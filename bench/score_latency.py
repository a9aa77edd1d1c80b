"""From acceptance to the score on the page, in a real browser, less the grade itself: `python -m bench.score_latency [COUNT]`.

The clock of the page and the clock of the portal are the same machine's. A submission is accepted at `received_at`; its score
is shown when the page's newest submission is that one and has a score, as a MutationObserver sees it. What the grading service
took, from the connection that it accepted to the answer that it sent, is not the portal's and is taken off.
"""

import sys
from datetime import datetime

from playwright.sync_api import Page, sync_playwright

from bench.figures import kept, share, tell
from bench.served import Measured, measured

TAKES_S = 0.3
LIMIT_S = 0.060
COUNT = 30
BETWEEN_MS = 1500
"""Nobody trains faster; and who would submit without end is told a little later."""
CHROMIUM = "/usr/bin/chromium"

WATCH = """() => {
    window.shown = {};
    const look = () => {
        const newest = document.getElementById("newest-category1");
        const submission = newest.dataset.submission;
        if (submission && newest.querySelector(".score-number") && !window.shown[submission]) {
            window.shown[submission] = (performance.timeOrigin + performance.now()) / 1000;
        }
    };
    look();
    new MutationObserver(look).observe(document.getElementById("content"), { subtree: true, childList: true });
}"""
DROP = """([name, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name));
    document.querySelector("#category1 [data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
}"""
RECEIVED = """async (attempt) => {
    const answer = await fetch(`/api/v1/attempts/${attempt}`, { headers: { "Guildmark-Protocol": "1" } });
    return (await answer.json()).categories[0].submissions.map((one) => [one.id, one.received_at]);
}"""


def main() -> int:
    """Measure and print. Returns 1 where the limit is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with measured(candidates=1, takes_s=TAKES_S, slots=1) as found, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=found.portal.url)
        context.add_cookies([{"name": "sessionid", "value": found.candidates[0].session, "url": found.portal.url}])
        used_s = found.processor_s()
        taken_s = _measured(context.new_page(), found, count)
        used_s = found.processor_s() - used_s
        browser.close()
    print(f"{1000 * used_s / count:.0f} ms of processor time a submission, the page that follows it included")
    before, after = zip(*taken_s, strict=True)
    tell("From acceptance to the beginning of the grade", before)
    tell("From the end of the grade to the score on the page", after)
    both = [sum(one) for one in taken_s]
    tell("Both", both)
    return 0 if kept("The median", share(both, 0.5), limit_s=LIMIT_S) else 1


def _measured(page: Page, found: Measured, count: int) -> list[tuple[float, float]]:
    """The seconds before each grade and after it."""
    attempt = found.candidates[0].attempt
    page.goto(f"/exam/{attempt}/")
    page.locator("#category1 .drop.ready").wait_for(state="attached")
    page.evaluate(WATCH)
    for number in range(count):
        page.evaluate(DROP, ["model.keras", f"score {number % 5} of {number}"])
        page.wait_for_function("(count) => Object.keys(window.shown).length === count", arg=number + 1)
        page.wait_for_timeout(BETWEEN_MS)
    shown, gradings = page.evaluate("window.shown"), found.gradings()
    received = {one: datetime.fromisoformat(at).timestamp() for one, at in page.evaluate(RECEIVED, attempt)}
    return [(gradings[one][0] - received[one], shown[one] - gradings[one][1]) for one in received]


if __name__ == "__main__":
    sys.exit(main())
