"""Who may speak to the socket, and what becomes of pages that are loaded again, or are there twice."""

import http.client
import signal
from pathlib import Path

import httpx
import pytest
from demo.candidate import Candidate
from demo.portal import Portal
from playwright.sync_api import expect

from .lab import TOKEN
from .looking import GRADED_MS, act, category, opened, show_panel, solve, until

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
FORBIDDEN, SWITCHED = 403, 101


def knock(lab, *, query: str = "", **headers: str) -> int:
    """The status of an attempt to open the socket."""
    line = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=20)
    try:
        line.request("GET", f"/guildmark/bridge{query}", headers={**UPGRADE, **headers})
        return line.getresponse().status
    finally:
        line.close()


def unheard(portal: Portal) -> int:
    """Bytes that were sent to the portal's port, which it has not taken from there."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [socket[4] for socket in sockets if socket[1].endswith(f":{portal.port:04X}")]
    return sum(int(queues.partition(":")[2], 16) for queues in ours)


def test_x7_the_socket_is_for_whoever_is_signed_in_to_jupyter_and_for_its_own_pages(new_lab) -> None:
    lab = new_lab("eve")
    assert knock(lab) == FORBIDDEN
    assert knock(lab, query="?token=guessed") == FORBIDDEN
    assert knock(lab, query=f"?token={TOKEN}") == SWITCHED
    with httpx.Client() as browser:
        browser.get(f"{lab.url}/lab?token={TOKEN}")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert knock(lab, Cookie=cookie, Origin=lab.url) == SWITCHED
    assert knock(lab, Cookie=cookie, Origin="https://evil.example") == FORBIDDEN
    assert knock(lab, Cookie=cookie, Origin=f"http://127.0.0.1:{lab.port + 1}") == FORBIDDEN


@pytest.mark.timeout(600)
def test_x7_a_page_that_is_loaded_again_loses_no_upload_and_two_tabs_show_one_exam(
    portal, chromium, new_lab, new_person, quick_pack
) -> None:
    lab, cyd = new_lab("cyd"), new_person("cyd")
    terminal = Candidate(email="cyd", server=portal.url, home=lab.home / "config", folder=lab.root / "exam")
    terminal.folder.mkdir()
    terminal.login(cyd.allow_device)
    terminal.guildmark("start", "--folder", ".", "--yes")
    solved = terminal.folder / "Category1"
    solve(terminal.folder, 1, quick_pack)
    (solved / "solution.py").write_text((solved / "starter.py").read_text())
    terminal.train(solved, lambda _share: None)

    page = opened(chromium, lab)
    other = opened(chromium, lab, width=900)
    expect(category(page, 1).locator(".gm-model")).to_contain_text("mymodel.keras")
    portal.process.send_signal(signal.SIGSTOP)  # it takes what is sent, and says nothing
    act(page, "submit:category1")
    until(lambda: unheard(portal) > 0)
    expect(category(page, 1).locator("[data-action='submit:category1']")).to_be_disabled()
    page.reload()
    show_panel(page)
    portal.process.send_signal(signal.SIGCONT)
    for tab in (page, other):
        expect(category(tab, 1).locator("h2 .gm-marks")).to_contain_text("5", timeout=GRADED_MS)
        expect(category(tab, 1).locator("summary").last).to_contain_text("(1)")
