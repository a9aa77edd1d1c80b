"""One exam, begun in a terminal, gone on with in JupyterLab's side bar, in a notebook, and on the portal's page."""

import re

import pytest
from demo.candidate import Candidate
from playwright.sync_api import Locator, expect

from .lab import TENSORFLOW
from .looking import (
    GRADED_MS,
    act,
    category,
    cell,
    open_notebook,
    opened,
    prompt,
    restart_kernel,
    run_cell,
    shot,
    show_panel,
    solve,
)

LOAD, PANEL, TRAIN, SUBMIT, LONG, STATUS, WRONG, QUOTED = range(8)
CELLS = (
    "%load_ext guildmark.notebook",
    "%guildmark",
    f"""import os, runpy, sys
sys.path.append({str(TENSORFLOW)!r})
os.chdir("exam/Category1")
model = runpy.run_path("starter.py")["solution_model"]()
os.chdir("../..")""",
    "%guildmark submit 1 model",
    """import pathlib, time
while not pathlib.Path("enough").exists():
    time.sleep(0.1)""",
    "%guildmark status",
    "%guildmark submit 1 no_such_thing",
    "%guildmark submit 1 Bea's.keras",
)


@pytest.mark.timeout(600)
def test_x7_an_exam_goes_from_the_terminal_to_the_side_bar_to_a_notebook_to_the_page(
    portal, chromium, new_lab, new_person, quick_pack
) -> None:
    lab, bea = new_lab("bea"), new_person("bea")
    terminal = Candidate(email="bea", server=portal.url, home=lab.home / "config", folder=lab.root / "exam")
    terminal.folder.mkdir()
    terminal.login(bea.allow_device)
    terminal.guildmark("start", "--folder", ".", "--yes")
    for number in range(1, 5):
        solve(terminal.folder, number, quick_pack)
    for number in (2, 3, 4):
        solved = terminal.folder / f"Category{number}"
        (solved / "solution.py").write_text((solved / "starter.py").read_text())
        terminal.train(solved, lambda _share: None)

    page = opened(chromium, lab)
    expect(page.locator("#guildmark-exam .gm-clock")).to_contain_text(re.compile(r"0:5\d:"))
    act(page, "submit:category2")
    expect(category(page, 2).locator("h2 .gm-marks")).to_contain_text("5", timeout=GRADED_MS)

    open_notebook(page, lab, CELLS)
    run_cell(page, LOAD)
    run_cell(page, PANEL)
    widget = cell(page, PANEL).locator(".gm-panel")

    def of(number: int) -> Locator:
        return widget.locator(f"[data-category='category{number}'] h2 .gm-marks")

    expect(widget.locator(".gm-clock")).to_contain_text(re.compile(r"0:5\d:"))
    expect(of(2)).to_contain_text("5")

    run_cell(page, TRAIN)
    expect(run_cell(page, SUBMIT)).to_contain_text("◆◆◆◆◆  5")
    expect(of(1)).to_contain_text("5")
    expect(run_cell(page, STATUS)).to_contain_text("Straight line 2")
    expect(run_cell(page, WRONG)).to_contain_text("There is no variable and no file no_such_thing.")
    expect(run_cell(page, QUOTED)).to_contain_text("Put the name of a file between double quotation marks")

    # A cell trains: time and scores come in, and what is clicked is done when it has ended.
    run_cell(page, LONG, waits=False)
    expect(prompt(page, LONG)).to_have_text("[*]:")
    terminal.guildmark("submit", "3", "--no-wait")
    expect(of(3)).to_contain_text("5", timeout=GRADED_MS)
    widget.locator("[data-action='submit:category4']").click()
    expect(prompt(page, LONG)).to_have_text("[*]:")
    shot(page, "n1-running")
    (lab.root / "enough").touch()
    expect(of(4)).to_contain_text("5", timeout=GRADED_MS)

    # A kernel that was restarted knows no panel: the page says what to run, and the same cells go on.
    restart_kernel(page)
    expect(widget.locator("[role=alert]")).to_contain_text("Run %load_ext guildmark.notebook and this cell again.")
    widget.locator("[data-action='check:category1']").click()
    expect(widget.locator("[data-category='category1'] .gm-said")).to_contain_text("this cell again")
    shot(page, "n2-restarted")
    run_cell(page, LOAD)
    run_cell(page, PANEL)
    expect(of(4)).to_contain_text("5")
    expect(widget.locator("[role=alert]")).to_have_count(0)

    show_panel(page)
    expect(category(page, 3).locator("h2 .gm-marks")).to_contain_text("5")
    attempt = terminal.guildmark_json("status")["id"]
    assert "mymodel.keras" in bea.get(f"/exam/{attempt}/").text
