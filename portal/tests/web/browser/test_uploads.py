"""Uploads in a real browser: cut, closed in the middle, refused, and what is said beside the drop zone."""

import pytest
from playwright.sync_api import Page, Request, Route, expect
from portal.tests.web.browser.driving import MIB, Served, best_of, drop, sign_up, start, until

pytestmark = pytest.mark.flows


@pytest.mark.timeout(240)
def test_an_upload_goes_on_after_the_page_was_closed_in_the_middle(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    sent: list[int] = []

    def cut_after_one(route: Route, request: Request) -> None:
        if request.method == "PATCH" and sent:
            route.abort()
            return
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))
        route.continue_()

    page.route("**/api/v1/uploads/*", cut_after_one)
    drop(page, 1, "mymodel.keras", "score 5 ", padding=9 * MIB)
    expect(page.locator("#category1 [data-progress-text]")).to_contain_text("It goes on by itself")
    page.reload()
    page.unroute("**/api/v1/uploads/*")
    offsets: list[int] = []
    page.on("request", lambda r: offsets.append(int(r.headers["upload-offset"])) if r.method == "PATCH" else None)
    drop(page, 1, "mymodel.keras", "score 5 ", padding=9 * MIB)
    expect(best_of(page, 1)).to_have_text("5/5")
    assert (sent, offsets) == ([0], [MIB, 2 * MIB, 4 * MIB, 8 * MIB])


@pytest.mark.timeout(240)
def test_x9_on_a_line_that_breaks_the_page_sends_less_at_a_time_and_then_more_again(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    offsets: list[int] = []

    def cut_two(route: Route, request: Request) -> None:
        if request.method != "PATCH":
            route.continue_()
            return
        offsets.append(int(request.headers["upload-offset"]))
        if len(offsets) > 2:
            route.continue_()
        else:
            route.abort()

    page.evaluate(
        """() => {
            const bar = document.querySelector("#category1 progress");
            window.bar = { filled: 0, emptied: 0 };
            const look = () => {
                if (bar.hasAttribute("value")) window.bar.filled += 1;
                else if (window.bar.filled) window.bar.emptied += 1;
            };
            new MutationObserver(look).observe(bar, { attributes: true });
        }"""
    )
    page.route("**/api/v1/uploads/*", cut_two)
    drop(page, 1, "mymodel.keras", "score 5 ", padding=3 * MIB)
    expect(best_of(page, 1)).to_have_text("5/5")
    assert page.evaluate("window.bar.filled > 1 && window.bar.emptied === 0"), "the bar stays where it was"
    assert offsets == [0, 0, 0, MIB // 4, 3 * MIB // 4, 7 * MIB // 4]


@pytest.mark.timeout(240)
def test_what_the_server_refuses_is_said_beside_the_drop_zone_with_the_next_step(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    drop(page, 3, "mymodel.keras", "score 5 ", padding=21 * MIB)
    expect(page.locator("#category3 [data-refusal-message]")).to_contain_text("this task takes at most 20.0 M")
    expect(page.locator("#category3 [data-refusal-next]")).to_contain_text("Change the model as described")
    expect(page.locator("#category3 [data-drop]")).not_to_have_attribute("hidden", "")


@pytest.mark.timeout(240)
def test_both_ways_to_hash_a_file_agree(served: Served, page: Page) -> None:
    page.goto(served.url)
    agree = page.evaluate(
        """async () => {
            const { sha256, sliced } = await import("/static/guildmark/sha256.js");
            const sizes = [0, 1, 55, 56, 63, 64, 65, 1 << 20, (1 << 20) + 57, 3 * (1 << 20) + 1];
            const agree = [];
            for (const size of sizes) {
              const blob = new Blob([Uint8Array.from({ length: size }, (_, i) => (i * 7 + 3) & 255)]);
              agree.push((await sha256(blob)) === (await sliced(blob)));
            }
            return agree;
        }"""
    )
    assert agree == [True] * 10


@pytest.mark.timeout(240)
def test_what_came_of_an_upload_stands_in_the_upload_panel_in_sight(served: Served, page: Page, faults: list[str]) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_up(page, served)
    start(page)
    newest = page.locator("#newest-category1")
    drop(page, 1, "good.keras", "score 4")
    expect(newest).to_contain_text("what is missing is quality")
    expect(newest).to_be_in_viewport(ratio=1)
    drop(page, 1, "bad.keras", "lambda")
    expect(newest).to_contain_text("Not accepted")
    expect(page.locator("#category1 [data-arrived]")).to_be_hidden()
    expect(page.locator("#category1 .hand-in")).not_to_contain_text("An upload is under way")
    expect(newest).to_be_in_viewport(ratio=1)
    assert faults == []


@pytest.mark.timeout(240)
def test_while_it_sends_the_page_does_not_speak_of_an_older_state_of_the_upload(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    sent: list[int] = []

    def held_back(route: Route, request: Request) -> None:
        if request.method == "PATCH":
            sent.append(1)
            return
        route.continue_()

    page.route("**/api/v1/uploads/*", held_back)
    drop(page, 1, "mymodel.keras", "score 5")
    until(lambda: "sent" if sent or page.wait_for_timeout(50) else None)
    expect(page.locator("#open-category1 p")).to_have_count(1)
    expect(page.locator("#open-category1")).to_be_hidden()
    page.reload()
    expect(page.locator("#open-category1")).to_contain_text("An upload is under way: mymodel.keras, 0 bytes of 7 bytes.")


@pytest.mark.timeout(240)
def test_s8_the_page_stays_while_it_sends_though_the_exam_is_over(served: Served, page: Page) -> None:
    sign_up(page, served)
    start(page)
    page.evaluate("window.neverReloaded = true")
    held: list[Route] = []
    page.route("**/api/v1/uploads/*", lambda route: held.append(route) if not held else route.continue_())
    drop(page, 1, "mymodel.keras", "score 5")
    until(lambda: "sent" if held or page.wait_for_timeout(50) else None)
    other = page.context.new_page()
    other.goto(f"{page.url}finish/")
    other.get_by_label("I have read the warnings").check()
    other.get_by_role("button", name="Finish the exam for good").click()
    other.wait_for_url("**/result/")
    page.wait_for_timeout(2500)  # longer than a page waits before it turns
    assert page.evaluate("window.neverReloaded") is True
    held[0].continue_()
    page.wait_for_url("**/result/")
