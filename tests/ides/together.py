"""One person, one exam, and the tools that are open on it: what each of them shows of a category's score."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from tests.e2e.terminal import Terminal
from tests.ides.jupyter.looking import solve
from tests.ides.vscode.looking import GRADED_MS

from guildmark.client.wording import marks

FULL = 5
FIRST_TRY = 3
OFF_BY = 0.7
"""A first try is off by that much in every row, which is a mean absolute error between the thresholds of 3 and 4."""
FIRST_TRIES = (1, 2)
TRAIN = f"""
import os, runpy, sys
from pathlib import Path
exam, elsewhere = map(Path, sys.argv[1:])
for number in range(1, 6):
    os.chdir(exam / f"Category{{number}}")
    model = runpy.run_path("starter.py")["solution_model"]()
    if number in {FIRST_TRIES}:
        model.save(elsewhere / f"category{{number}}.keras")
        weights, bias = model.get_weights()
        model.set_weights([weights, bias + {OFF_BY}])
    model.save("mymodel.keras")
"""

Shows = Callable[[int, int], None]
"""Looks at a tool, and fails where it does not come to show this score for that category."""


@dataclass
class OpenTools:
    """The tools that are open, by name. None of them is loaded again while the exam goes on."""

    shows: dict[str, Shows] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    scores: dict[int, int] = field(default_factory=dict)

    def open(self, tool: str, shows: Shows, page: Page | None = None) -> None:
        """Add a tool, which must show every score so far; `page` is what it is shown on, if that is a browser."""
        self.shows[tool] = shows
        if page is not None:
            page.evaluate("window.neverReloaded = true")
            self.pages.append(page)
        for number, score in self.scores.items():
            shows(number, score)

    def all_show(self, number: int, score: int) -> None:
        """Category `number` has `score` now: every tool comes to show it by itself."""
        self.scores[number] = score
        for shows in self.shows.values():
            shows(number, score)
        assert [page.evaluate("window.neverReloaded") for page in self.pages] == [True] * len(self.pages)


def in_panel(category: Callable[[int], Locator]) -> Shows:
    """How our panel shows a score, wherever the panel is: `category` finds a category in it."""

    def shows(number: int, score: int) -> None:
        expect(category(number).locator("h2 .gm-marks")).to_have_text(marks(score), timeout=GRADED_MS)

    return shows


def on_exam_page(page: Page) -> Shows:
    """How the portal's page shows a score."""

    def shows(number: int, score: int) -> None:
        best = page.locator(f"#best-category{number} .score-number")
        expect(best).to_have_text(f"{score}/{FULL}", timeout=GRADED_MS)

    return shows


def on_dashboard(terminal: Terminal) -> Shows:
    """How the terminal's dashboard shows a score: in the row of the category."""

    def shows(number: int, score: int) -> None:
        terminal.until(rf"\b{number}\s+Straight line {number}\s+{marks(score)}\s")

    return shows


def train(exam: Path, elsewhere: Path, quick_pack: Path) -> None:
    """Leave a model in every category; those of `FIRST_TRIES` are not good yet, and their better ones lie in `elsewhere`."""
    for number in range(1, 6):
        solve(exam, number, quick_pack)
    elsewhere.mkdir()
    subprocess.run([sys.executable, "-c", TRAIN, exam, elsewhere], check=True, capture_output=True)
