"""A whole exam in a real browser, against the portal that `guildmark-portal serve` runs, with scripts and without."""

import pytest
from playwright.sync_api import Browser, Page, expect
from portal.tests.web.browser.driving import SOON_MS, Served, best_of, drop, sign_up, start, until

pytestmark = pytest.mark.flows


@pytest.mark.timeout(240)
def test_a_newcomer_signs_up_drags_models_in_sees_scores_finishes_and_holds_a_certificate(
    served: Served, page: Page, faults: list[str]
) -> None:
    sign_up(page, served)
    start(page)
    page.evaluate("window.neverReloaded = true")

    # Dragged in: the score appears by itself, and the open category stays open.
    drop(page, 1, "mymodel.keras", "score 4")
    expect(best_of(page, 1)).to_have_text("4/5")
    expect(page.locator("#history-category1")).to_contain_text("what is missing is quality")

    # A second time the same bytes; they are not sent again.
    drop(page, 1, "again.keras", "score 4")
    expect(page.locator("#history-category1")).to_contain_text("again.keras")

    # Refused: the reason stands in the history, the score stays.
    drop(page, 1, "bad.h5", "lambda")
    expect(page.locator("#history-category1")).to_contain_text("Lambda layer (lambda_1)")
    expect(best_of(page, 1)).to_have_text("4/5")

    # What cannot even be sent is said beside the drop zone.
    drop(page, 1, "empty.keras", "")
    expect(page.locator("#category1 [data-refusal]")).to_contain_text("This file is empty.")

    # By keyboard and file picker in every other category.
    page.locator("#tab-category1").focus()
    for category in range(2, 6):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#category{category}")).to_be_visible()
        expect(page.locator(f"#category{category - 1}")).to_be_hidden()
        model = {"name": "mymodel.keras", "mimeType": "application/octet-stream", "buffer": f"score 5 {category}".encode()}
        page.locator(f"#file-category{category}").set_input_files(model)
        expect(best_of(page, category)).to_have_text("5/5")
        page.locator(f"#tab-category{category}").focus()
    assert page.evaluate("window.neverReloaded") is True

    page.get_by_role("link", name="Finish the exam").click()
    page.get_by_role("button", name="Finish the exam for good").click()
    page.wait_for_url("**/result/")
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    expect(page.locator("main")).to_contain_text("98 of 100 points.")

    page.get_by_role("link", name="See your certificate").click()
    page.get_by_role("link", name="See it as others do").click()
    expect(page.locator(".certificate")).to_contain_text("Ada Lovelace")
    expect(page.locator(".certificate")).to_contain_text("DEMONSTRATION")
    assert faults == []


@pytest.mark.timeout(240)
def test_without_scripts_every_category_and_a_plain_form_are_there(served: Served, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.set_default_timeout(SOON_MS)
    sign_up(plain, served)
    plain.get_by_role("button", name="Register for the exam").click()
    plain.get_by_label("I understand that the clock starts now").check()
    plain.get_by_role("button", name="Start the exam").click()
    for category in range(1, 6):
        expect(plain.locator(f"#category{category}")).to_be_visible()
    model = {"name": "mymodel.keras", "mimeType": "application/octet-stream", "buffer": b"score 3"}
    plain.locator("#file-category2").set_input_files(model)
    plain.locator("#category2").get_by_role("button", name="Submit and test").click()
    expect(plain.locator("main")).to_contain_text("The model has arrived.")
    until(lambda: "scored" if plain.reload() and best_of(plain, 2).text_content() == "3/5" else None)


@pytest.mark.timeout(240)
def test_on_a_phone_the_upload_comes_before_the_instructions(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_up(page, served)
    start(page)
    places = [
        page.locator(part).first.bounding_box() for part in (".workspace", "#category1 .hand-in", "#category1 .instructions")
    ]
    tops = [place["y"] for place in places if place is not None]
    assert len(tops) == 3
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#category1").get_by_role("link", name="Read the instructions").click()
    expect(page.locator("#category1 .instructions")).to_be_in_viewport()
