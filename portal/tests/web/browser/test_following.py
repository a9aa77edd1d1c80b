"""The page of the exam in a real browser as it follows what happens, by its stream and without."""

import pytest
from playwright.sync_api import Page, expect
from portal.tests.web.browser.driving import Served, best_of, drop, sign_up, start

pytestmark = pytest.mark.flows


@pytest.mark.timeout(240)
def test_scores_appear_even_where_events_do_not_come_through(served: Served, page: Page) -> None:
    page.route("**/live/*", lambda route: route.abort())
    sign_up(page, served)
    start(page)
    drop(page, 5, "mymodel.keras", "score 2")
    expect(best_of(page, 5)).to_have_text("2/5")


@pytest.mark.timeout(240)
def test_an_open_receipt_stays_open_while_scores_arrive(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    drop(page, 1, "first.keras", "score 1")
    expect(best_of(page, 1)).to_have_text("1/5")
    page.locator("#history-category1 summary").first.click()
    drop(page, 1, "second.keras", "score 3")
    expect(best_of(page, 1)).to_have_text("3/5")
    receipts = page.locator("#history-category1 details")
    expect(receipts.nth(0)).not_to_have_attribute("open", "")
    expect(receipts.nth(1)).to_have_attribute("open", "")


@pytest.mark.timeout(240)
def test_it_says_quietly_that_the_connection_is_lost_and_that_it_is_back(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    line = page.locator("[data-connection]")
    expect(line).to_be_hidden()
    page.context.set_offline(True)
    expect(line).to_contain_text("The connection to the portal is lost. The time runs on the server")
    page.context.set_offline(False)
    expect(line).to_have_text("The connection is back.")
    expect(line).to_be_hidden()


@pytest.mark.timeout(240)
def test_x1_x9_x14_the_page_lives_by_its_stream_alone_and_leaves_focus_and_forms_as_they_are(
    served: Served, page: Page, faults: list[str]
) -> None:
    sign_up(page, served)
    start(page)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.method) if request.url == page.url.split("#")[0] else None)

    # Two scores arrive by the stream. The focus stays on what was there, and the page is not fetched.
    drop(page, 1, "good.keras", "score 4")
    expect(best_of(page, 1)).to_have_text("4/5")
    page.locator("#history-category1 summary").focus()
    other = page.context.new_page()
    other.goto(page.url)
    drop(other, 1, "worse.keras", "score 2")
    expect(page.locator("#newest-category1")).to_contain_text("0.05 more for 3")
    focused = "document.activeElement.closest('article').getAttribute('aria-label') + document.activeElement.tagName"
    assert page.evaluate(focused) == "good.kerasSUMMARY"
    assert fetched == []

    # A pin counts without leaving the page, and an open part stays open.
    page.locator("#bands-category1 summary").click()
    expect(page.locator("#bands-category1 .here")).to_contain_text("4/5")
    page.locator("#history-category1 article").first.get_by_role("button", name="Pin: let this one count").click()
    expect(best_of(page, 1)).to_have_text("2/5")
    expect(page.locator("#bands-category1 .here")).to_contain_text("2/5")
    expect(page.locator("#history-category1")).to_contain_text("You chose the one that counts")

    # A file comes back as it was.
    with page.expect_download() as download:
        page.locator("#history-category1 article").first.get_by_role("link", name="Download this file").click()
    assert (download.value.suggested_filename, download.value.path().read_bytes()) == ("worse.keras", b"score 2")

    # The warnings, at the second before and after.
    say = """(left) => {
        document.dispatchEvent(new CustomEvent("guildmark:time", { detail: { left } }));
        return document.querySelector("[data-say]").textContent.split(".")[0];
    }"""
    warnings = [page.evaluate(say, left) for left in (3600.9, 3599, 900.9, 899, 300.9, 299)]
    hour, quarter, last = (f"Less than {words} left" for words in ("1 hour", "15 minutes", "5 minutes"))
    assert warnings == ["", hour, hour, quarter, quarter, last]
    stands = """() => {
        document.dispatchEvent(new CustomEvent("guildmark:time", { detail: { left: 7261, stands: true } }));
        return document.querySelector("[data-time]").textContent;
    }"""
    assert page.evaluate(stands) == "2:01:01"
    page.wait_for_timeout(1200)
    expect(page.locator("[data-time]")).to_have_text("2:01:01")
    assert faults == []


@pytest.mark.timeout(240)
def test_x9_a_hidden_page_leaves_its_stream_and_catches_up_when_it_is_looked_at(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/live/" in request.url else None)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    other = page.context.new_page()
    other.goto(page.url)
    drop(other, 2, "mymodel.keras", "score 3")
    expect(best_of(other, 2)).to_have_text("3/5")
    assert page.locator("#history-category2 article").count() == 0
    before = len(streams)
    page.evaluate(hide, False)
    expect(best_of(page, 2)).to_have_text("3/5")
    assert len(streams) == before + 1
