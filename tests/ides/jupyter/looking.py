"""JupyterLab as somebody sees it in Chromium: the panel, its buttons, and a notebook."""

import json
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from .lab import TOKEN, Lab

SOON_MS = 60_000
GRADED_MS = 180_000
SHOTS = os.environ.get("GUILDMARK_SHOTS")

expect.set_options(timeout=SOON_MS)


def opened(chromium: Browser, lab: Lab, *, width: int = 1280) -> Page:
    """JupyterLab with the panel open."""
    page = chromium.new_context(viewport={"width": width, "height": 800}).new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(f"{lab.url}/lab?token={TOKEN}")
    show_panel(page)
    return page


def show_panel(page: Page) -> None:
    """Open the panel, where JupyterLab does not open it by itself: a click on an open one would close it."""
    tab = page.locator("li.lm-TabBar-tab[data-id='guildmark-exam']")
    tab.wait_for()
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.evaluate("() => window.jupyterapp.restored.then(() => true)")  # its layout may open the panel, or close it
    if "lm-mod-current" not in (tab.get_attribute("class") or ""):
        tab.click()
    page.locator("#guildmark-exam .gm-panel").wait_for()


def act(page: Page, action: str) -> None:
    page.locator(f"#guildmark-exam [data-action='{action}']").click()


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.wait_for_timeout(300)
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def category(page: Page, number: int) -> Locator:
    return page.locator(f"#guildmark-exam [data-category='category{number}']")


def solve(folder: Path, number: int, quick_pack: Path) -> None:
    """The candidate writes the starter."""
    solution = quick_pack / f"category{number}" / f"line-{number}" / "reference" / "solution.py"
    (folder / f"Category{number}" / "starter.py").write_text(solution.read_text())


def until(is_so: Callable[[], bool], *, within_s: float = 120) -> None:
    """Wait for it. Raises `AssertionError`."""
    give_up = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def open_notebook(page: Page, lab: Lab, cells: Sequence[str]) -> None:
    """A notebook of these cells in the folder that JupyterLab shows, with a kernel that is ready."""
    code = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for number, cell in enumerate(cells)
    ]
    spec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": code}
    (lab.root / "exam.ipynb").write_text(json.dumps(notebook))
    page.goto(f"{lab.url}/lab/tree/exam.ipynb?token={TOKEN}")
    page.locator(".jp-NotebookPanel .jp-Toolbar").get_by_text("Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    cell(page, len(cells) - 1).wait_for()


def cell(page: Page, number: int) -> Locator:
    """A cell with what it put out."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def run_cell(page: Page, number: int, *, waits: bool = True) -> Locator:
    """Run a cell as Shift+Enter does; wait for its end where that is wanted."""
    editor = cell(page, number).locator(".cm-content")
    editor.click()
    editor.press("Shift+Enter")
    if waits:
        expect(prompt(page, number)).to_have_text(re.compile(r"\[\d+\]"), timeout=GRADED_MS)
    return cell(page, number)


def restart_kernel(page: Page) -> None:
    """As the button above the notebook does, its question answered."""
    page.locator(".jp-NotebookPanel .jp-Toolbar [data-jp-item-name='restart']").click()
    page.locator(".jp-Dialog .jp-mod-accept").click()


def prompt(page: Page, number: int) -> Locator:
    """`[*]` while the cell runs."""
    return cell(page, number).locator(".jp-InputPrompt")
