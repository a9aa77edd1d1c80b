"""A stranger has a file checked in a real browser: dropped where there are scripts, and chosen where there are none."""

import pytest
from playwright.sync_api import Browser, Page, expect
from portal.tests.web.browser.driving import MIB, SOON_MS, Served

pytestmark = [pytest.mark.certificates, pytest.mark.timeout(240)]

DROP = """(size) => {
  const carried = new DataTransfer();
  carried.items.add(new File(["x".repeat(size)], "given.json", { type: "application/json" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def test_a_file_that_is_dropped_is_answered_on_the_same_page(served: Served, page: Page, faults: list[str]) -> None:
    page.goto(f"{served.url}/verify/")
    expect(page.locator("[data-hint]")).to_be_visible()
    page.evaluate(DROP, 3 * MIB)  # longer than any form of a stranger elsewhere
    expect(page.locator("#standing")).to_have_text("Not readable")
    expect(page.locator("main")).to_contain_text("The file given.json")
    assert faults == []


def test_without_scripts_a_file_is_chosen_and_one_that_is_too_long_refused(served: Served, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.set_default_timeout(SOON_MS)
    plain.goto(f"{served.url}/verify/")
    for size, said in (
        (100, "Not readable"),
        (5 * MIB + 1, "No file of ours is longer than 5 MiB."),
        (7 * MIB, "More was sent"),
    ):
        plain.goto(f"{served.url}/verify/")
        plain.locator("#file").set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"x" * size})
        plain.get_by_role("button", name="Check the file").click()
        expect(plain.locator("main")).to_contain_text(said)
