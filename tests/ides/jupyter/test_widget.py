"""The notebook's widget is built, and its build is tracked: it must be that of the sources beside it."""

import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from .lab import ENVIRONMENT, ROOT

BUILT = ROOT / "kit" / "src" / "guildmark" / "notebook" / "static"


def test_x7_the_widget_in_the_package_is_what_its_sources_make(tmp_path: Path) -> None:
    build = ROOT / "integrations" / "notebook" / "build.js"
    subprocess.run([ENVIRONMENT / "bin" / "node", build, tmp_path], check=True, timeout=60)
    built = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert built == {file.name: file.read_text() for file in BUILT.iterdir()}, "Run: make widget"


FAR = "http://lab.example"
SHOWN = """async () => {
    const { default: widget } = await import("/widget.js");
    const sent = [];
    const model = { send: (content) => sent.push(content.message), on: () => undefined, off: () => undefined };
    widget.render({ model, el: document.body });
    return { secure: window.isSecureContext, sent };
}"""


def test_x7_the_widget_is_shown_by_a_server_on_http_that_is_not_this_machine(chromium: Browser) -> None:
    page = chromium.new_page()
    page.route(f"{FAR}/widget.js", lambda route: route.fulfill(path=BUILT / "widget.js", content_type="text/javascript"))
    page.route(f"{FAR}/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{FAR}/")
    seen = page.evaluate(SHOWN)
    assert seen["secure"] is False
    assert [message["method"] for message in seen["sent"]] == ["hello"]
    page.close()
