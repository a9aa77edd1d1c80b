"""Whole exams on a small pack: real portal, real client, real boxes, and models that need no training."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from demo.browser import Browser
from demo.candidate import Candidate
from demo.portal import Portal, free_port, run, serving
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
QUICK_PACK = Path(__file__).parent / "quick_pack"
CATEGORIES = 5


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep every test of this folder on one worker: they share a portal."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def quick_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small pack: its one form, five times over."""
    pack = tmp_path_factory.mktemp("pack") / "quick"
    shutil.copytree(QUICK_PACK, pack, ignore=shutil.ignore_patterns("form", "__pycache__"))
    for number in range(1, CATEGORIES + 1):
        form = pack / f"category{number}" / f"line-{number}"
        shutil.copytree(QUICK_PACK / "form", form, ignore=shutil.ignore_patterns("__pycache__"))
        for file in form.rglob("*.*"):
            file.write_text(file.read_text().replace("@N@", str(number)))
    return pack


@pytest.fixture(scope="session")
def quick_bank(quick_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of two variants of the small pack."""
    bank = tmp_path_factory.mktemp("banks") / "quick"
    run("guildmark-grader", "pack", "build", str(quick_pack), "--out", str(bank), "--variants", "2")
    return bank


@pytest.fixture(scope="session")
def roomy_bank(quick_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of the small pack whose tasks take files of 256 MiB."""
    pack = tmp_path_factory.mktemp("roomy") / "quick"
    shutil.copytree(quick_pack, pack)
    for task in pack.glob("*/*/task.toml"):
        task.write_text(task.read_text().replace("size_limit_mib = 2\n", "size_limit_mib = 256\n"))
    bank = pack.parent / "bank"
    run("guildmark-grader", "pack", "build", str(pack), "--out", str(bank), "--variants", "1")
    return bank


@pytest.fixture
def new_portal(quick_bank: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal of the test's own, not started yet; stopped at the end."""
    portal = Portal(data=tmp_path / "portal" / "data", port=free_port(8600))
    portal.data.parent.mkdir()
    portal.init(quick_bank)
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def portal(quick_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that the tests share, with the small exam published as a demo."""
    portal = Portal(data=tmp_path_factory.mktemp("portal") / "data", port=free_port(8500))
    portal.init(quick_bank)
    with serving(portal):
        yield portal


@pytest.fixture
def chromium() -> Iterator[ChromiumBrowser]:
    """Headless Chromium, for one test: a second Playwright does not start beside the first."""
    if not CHROMIUM.exists():
        pytest.fail("This test needs a browser. Install Debian's package: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Person:
    """Somebody with a browser and a terminal, both signed in."""

    browser: Browser
    candidate: Candidate

    @property
    def folder(self) -> Path:
        """Where the exam lies."""
        return self.candidate.folder

    @property
    def token(self) -> str:
        """The bearer token that the client keeps for its portal."""
        kept = json.loads((self.candidate.home / "credentials.json").read_text())
        return str(kept["servers"][self.candidate.server]["access_token"])

    def begin(self) -> str:
        """Start the exam in the terminal. Returns the attempt's id."""
        self.candidate.guildmark_json("start", "--folder", ".", "--yes")
        return str(self.candidate.guildmark_json("status")["id"])

    def solve(self, number: int, quick_pack: Path) -> None:
        """Leave a model that earns full score in the folder of category `number`."""
        category = self.folder / f"Category{number}"
        self.candidate.fill_in(category, quick_pack)
        self.candidate.train(category, lambda _share: None)


NewPerson = Callable[..., Person]


def sign_up(name: str, at: Portal, folder: Path) -> Person:
    """Somebody new, signed up and signed in at `at`, whose things lie below `folder`."""
    home = folder / name
    (home / "exam").mkdir(parents=True)
    email = f"{name}-{folder.name}@example.org"
    browser = Browser(at.url, read_code=at.sign_in_code)
    browser.sign_up(email, name.title())
    candidate = Candidate(email=email, server=at.url, home=home / "config", folder=home / "exam")
    candidate.login(browser.allow_device)
    return Person(browser, candidate)


@pytest.fixture
def person(portal: Portal, tmp_path: Path) -> Iterator[NewPerson]:
    """Makes people who are signed up and signed in at the shared portal, or at the portal given."""

    people = []

    def make(name: str, at: Portal = portal) -> Person:
        people.append(sign_up(name, at, tmp_path))
        return people[-1]

    yield make
    for one in people:
        one.browser.close()


@pytest.fixture
def anonymous(portal: Portal) -> Iterator[httpx.Client]:
    """Somebody who is not signed in."""
    with httpx.Client(base_url=portal.url) as client:
        yield client
