"""A whole exam in a real browser, against the portal that `guildmark-portal serve` runs.

Only the grading service is a stand-in, at its command and socket: grading is tested where it lives.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]
CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
SOON_MS = 30_000
MIB = 1024 * 1024

expect.set_options(timeout=SOON_MS)


def until(condition: Callable[[], str | None], timeout_s: float = 60) -> str:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {timeout_s} s in vain")


class Served:
    """The portal in a process of its own, on a free port, with what it prints."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._read_before = 0
        self.newcomers = 0
        command = [*PORTAL, "serve", "--data", str(data), "--port", "0"]
        self._errors = data.parent / "stderr.log"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = until(self._address)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.lines.extend(iter(lines.readline, ""))

    def _address(self) -> str | None:
        assert self.process.poll() is None, self._errors.read_text()
        return next((line.split()[-1] for line in self.lines if "http://" in line and "ready" in line), None)

    def code(self) -> str:
        """The code in the newest letter."""
        return until(lambda: next(iter(reversed(CODE.findall("".join(self.lines[self._read_before :])))), None))

    def new_letters_only(self) -> None:
        """Forget the letters so far."""
        self._read_before = len(self.lines)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(5)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served") / "portal"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}
    stand_in = Path(__file__).with_name("standing_in_grader.py")
    env = {**kept, "GUILDMARK_GRADER_COMMAND": f"{sys.executable} {stand_in}"}
    for arguments in (["init", "--owner", "owner@example.org"], ["publish", str(bank), "--kind", "demo"]):
        subprocess.run([*PORTAL, *arguments, "--data", str(data)], env=env, check=True, capture_output=True)
    portal = Served(data, env)
    yield portal
    portal.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("This test needs a browser. Install the Debian package `chromium`.", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Page:
    """A page that notes what its console complains of, a breach of the security policy above all."""
    opened = browser.new_context().new_page()
    opened.set_default_timeout(SOON_MS)
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    return opened


def sign_up(page: Page, served: Served) -> None:
    """Make an account for one more newcomer."""
    served.newcomers += 1
    served.new_letters_only()
    page.goto(served.url)
    page.get_by_role("link", name="Create an account to begin").click()
    page.get_by_label("Email").fill(f"ada{served.newcomers}@example.org")
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(served.code())
    page.get_by_role("button", name="Continue").click()


def start(page: Page) -> None:
    page.get_by_role("button", name="Register for the exam").click()
    page.get_by_label("I understand that the clock starts now").check()
    page.get_by_role("button", name="Start the exam").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"4:59:\d\d"))


def drop(page: Page, category: int, name: str, content: str, *, padding: int = 0) -> None:
    """Drag a file of `content` and `padding` zero bytes onto the category's drop zone, once it listens."""
    page.locator(f"#category{category} .drop.ready").wait_for(state="attached")
    transfer = page.evaluate_handle(
        """([name, content, padding]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content, new Uint8Array(padding)], name));
            return transfer;
        }""",
        [name, content, padding],
    )
    page.locator(f"#category{category} [data-drop]").dispatch_event("drop", {"dataTransfer": transfer})


def best_of(page: Page, category: int) -> Locator:
    return page.locator(f"#best-category{category} .score-number")


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
    expect(page.locator(".certificate")).to_contain_text("Ada Lovelace")
    expect(page.locator(".certificate")).to_contain_text("DEMONSTRATION")
    assert faults == []


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

    page.route("**/api/v1/uploads/*", cut_two)
    drop(page, 1, "mymodel.keras", "score 5 ", padding=3 * MIB)
    expect(best_of(page, 1)).to_have_text("5/5")
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
