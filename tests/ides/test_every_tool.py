"""One exam that goes through every tool there is: each hands something in, and all that are open show what came of it.

It is begun in a terminal, goes on in VS Code, JupyterLab, a notebook, PyCharm and a script, and is finished on the portal's
page. Nobody closes a tool meanwhile or loads it again. Two categories are handed in twice, by different tools.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo.candidate import Candidate
from demo.portal import Portal, free_port
from playwright.sync_api import Browser, Locator, Page, expect
from tests.e2e.terminal import Terminal, environment_of
from tests.e2e.test_browser_exam import drop, finish, sign_up
from tests.e2e.test_one_exam_together import every_receipt_verifies, let_in
from tests.ides import together
from tests.ides.jupyter.lab import ENVIRONMENT, Lab
from tests.ides.jupyter.looking import act, category, open_notebook, opened, run_cell
from tests.ides.pycharm.reading import Reader
from tests.ides.together import FIRST_TRY, FULL, OpenTools
from tests.ides.vscode import looking as vscode
from tests.ides.vscode.code_server import CodeServer, code_server, python_in

from guildmark.client.wording import marks

ADA = "ada@example.org"
SCRIPT = """
from guildmark import submit
from starter import solution_model

print(submit(1, solution_model()))
"""
CELLS = ("%load_ext guildmark.notebook", "%guildmark", "%guildmark submit 4")
LOAD, PANEL, SUBMIT = range(3)

pytestmark = [pytest.mark.ides, pytest.mark.timeout(900), pytest.mark.xdist_group("jupyter")]
NewTerminal = Callable[[Path], Terminal]


@pytest.fixture
def portal(quick_bank: Path, tmp_path: Path) -> Iterator[Portal]:
    served = Portal(data=tmp_path / "portal" / "data", port=free_port(8800))
    served.data.parent.mkdir()
    served.init(quick_bank)
    served.start()
    yield served
    served.stop()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab, one folder above the exam's. Whose home it has is the person of this test."""
    if not (ENVIRONMENT / "bin" / "jupyter-lab").exists():
        pytest.fail(f"There is no JupyterLab in {ENVIRONMENT}. Run: make jupyter", pytrace=False)
    started = Lab(root=tmp_path / "work", home=tmp_path / "home", port=free_port(8806))
    started.home.mkdir()
    started.start()
    yield started
    started.stop()


@pytest.fixture
def code(lab: Lab, portal: Portal) -> Iterator[CodeServer]:
    """VS Code on the folder that is going to be the exam's, whose environment is ours."""
    folder = lab.root / "exam"
    python_in(folder)
    with code_server(folder, lab.home, port=free_port(8803), portal=portal.url) as started:
        yield started


@pytest.fixture
def ada(lab: Lab, code: CodeServer, portal: Portal) -> Candidate:
    """Her home and folder are those of every tool."""
    return Candidate(email=ADA, server=portal.url, home=lab.home / "config", folder=code.folder)


@pytest.fixture
def new_terminal(ada: Candidate) -> Iterator[NewTerminal]:
    opened: list[Terminal] = []

    def make(folder: Path) -> Terminal:
        opened.append(Terminal(folder, environment_of(ada.home)))
        return opened[-1]

    yield make
    for terminal in opened:
        terminal.close()


def test_x7_one_exam_goes_through_every_tool_and_all_that_are_open_show_it(
    portal: Portal,
    lab: Lab,
    code: CodeServer,
    ada: Candidate,
    new_terminal: NewTerminal,
    chromium: Browser,
    quick_pack: Path,
    tmp_path: Path,
) -> None:
    tools, elsewhere = OpenTools(), tmp_path / "elsewhere"
    page, terminal = a_page(chromium), new_terminal(ada.folder)
    sign_up(page, portal, ada.email, "Ada Lovelace")
    begun(terminal, page, portal)
    attempt = ada.guildmark_json("status")["id"]
    page.goto(f"{portal.url}/exam/{attempt}/")
    tools.open("the portal's page", together.on_exam_page(page), page)
    together.train(ada.folder, elsewhere, quick_pack)

    terminal.type("clear; guildmark submit 1")
    terminal.until(marks(FIRST_TRY))
    tools.all_show(1, FIRST_TRY)

    editor = vscode.opened(chromium, code)
    tools.open("VS Code", together.in_panel(editor.category), editor.page)
    editor.press("Submit and test: 2")
    tools.all_show(2, FIRST_TRY)
    expect(editor.said(2)).to_contain_text(marks(FIRST_TRY))

    side_bar = opened(chromium, lab)
    tools.open("JupyterLab", together.in_panel(lambda number: category(side_bar, number)), side_bar)
    act(side_bar, "submit:category3")
    tools.all_show(3, FULL)

    notebook = a_page(chromium)
    open_notebook(notebook, lab, CELLS)
    panel = shown_in_a_cell(notebook)
    tools.open("the notebook", together.in_panel(lambda number: panel.locator(f"[data-category=category{number}]")), notebook)
    expect(run_cell(notebook, SUBMIT)).to_contain_text(marks(FULL))
    tools.all_show(4, FULL)

    run_in_pycharm("5 Submit and Test", ada.folder, Reader(tmp_path / "classes"), new_terminal)
    tools.all_show(5, FULL)

    assert marks(FULL) in said_by(SCRIPT, code.folder / "Category1", ada)
    tools.all_show(1, FULL)

    terminal.type("clear; guildmark ui")
    tools.open("the dashboard", together.on_dashboard(terminal))
    page.locator("#tab-category2").click()
    drop(page, 2, elsewhere / "category2.keras")
    tools.all_show(2, FULL)
    expect(editor.category(2).locator(".gm-newest")).to_contain_text(marks(FULL))
    expect(editor.said(2)).to_have_count(0)  # what VS Code said of its own submission is old now

    finish(page)
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    terminal.until(r"The exam is finished\. Next: guildmark result")
    for shown in (editor.panel.locator("body"), side_bar.locator("#guildmark-exam"), panel):
        expect(shown).to_contain_text("Quick exam  Passed", timeout=vscode.GRADED_MS)
        expect(shown.locator(".gm-rows .gm-marks")).to_have_text([marks(FULL)] * 5)
    everything_is_kept(ada)


def a_page(chromium: Browser) -> Page:
    """A page of a browser that shares nothing with the others."""
    page = chromium.new_context(viewport=vscode.WIDE).new_page()
    page.set_default_timeout(vscode.SOON_MS)
    return page


def begun(terminal: Terminal, page: Page, portal: Portal) -> None:
    """Sign in and start the clock, as somebody types it; `page` is where the person is signed in already."""
    terminal.type(f"guildmark login --server {portal.url}")
    let_in(page, portal, re.findall(r"http://\S+code=\S+", terminal.until(r"Waiting for you"))[-1])
    terminal.until(r"Next: guildmark start")
    terminal.type("clear; guildmark start --folder .")
    terminal.until(r"Start the clock now\? \[y/N\]")
    terminal.type("y")
    terminal.until(r"guildmark submit 1")


def shown_in_a_cell(notebook: Page) -> Locator:
    """Our panel in a cell."""
    run_cell(notebook, LOAD)
    return run_cell(notebook, PANEL).locator(".gm-panel")


def run_in_pycharm(name: str, folder: Path, reader: Reader, new_terminal: NewTerminal) -> None:
    """What PyCharm does for a run configuration, as its own project model reads it: in a terminal, with `.venv`."""
    run = reader.runs(folder)[name]
    window = new_terminal(run.folder)
    variables = [f"{key}={value}" for key, value in run.environment.items()]
    window.type(shlex.join(["env", *variables, str(folder / ".venv" / "bin" / "python"), *run.arguments]))
    window.until(marks(FULL))


def said_by(script: str, category: Path, ada: Candidate) -> str:
    """Run a script of the candidate's beside a starter, and give what it prints."""
    (category / "hand_in.py").write_text(script)
    command = [category.parent / ".venv" / "bin" / "python", "hand_in.py"]
    environment = {**os.environ, **environment_of(ada.home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=category, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def everything_is_kept(ada: Candidate) -> None:
    """The result, every submission in its order, and a receipt on this disk for each that was not dropped on a page."""
    result = ada.guildmark_json("result")["result"]
    assert (result["passed"], result["points"]) == (True, 100)
    assert [one["score"] for one in result["categories"]] == [FULL] * 5
    categories = ada.guildmark_json("status")["categories"]
    handed_in = [[one["report"]["score"] for one in each["submissions"]] for each in categories]
    assert handed_in == [[FULL, FIRST_TRY], [FULL, FIRST_TRY], [FULL], [FULL], [FULL]]
    every_receipt_verifies(ada, count=7)
    assert len([*(ada.folder / ".guildmark" / "receipts").glob("*-*.json")]) == 6
