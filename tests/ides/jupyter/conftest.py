"""A real JupyterLab with the wheel in it, and a real portal with its grader."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo.browser import Browser
from demo.portal import Portal, free_port

from .lab import ENVIRONMENT, Lab

NewLab = Callable[[str], Lab]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder belongs to one stage."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ides)
            item.add_marker(pytest.mark.xdist_group("jupyter"))


@pytest.fixture(scope="session", autouse=True)
def environment() -> Path:
    if not (ENVIRONMENT / "bin" / "jupyter-lab").exists():
        pytest.fail(f"There is no JupyterLab in {ENVIRONMENT}. Run: make jupyter", pytrace=False)
    return ENVIRONMENT


@pytest.fixture(scope="session")
def portal(quick_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that is served, to be stopped and started again."""
    portal = Portal(data=tmp_path_factory.mktemp("portal") / "data", port=free_port(8790))
    portal.init(quick_bank)
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def new_lab(tmp_path: Path) -> Iterator[NewLab]:
    """Starts JupyterLabs, each on a folder of its own that is called as its owner."""
    started = []

    def make(name: str) -> Lab:
        home = tmp_path / name
        home.mkdir()
        started.append(Lab(root=home / "work", home=home))
        started[-1].start()
        return started[-1]

    yield make
    for lab in started:
        lab.stop()


@pytest.fixture
def new_person(portal: Portal, tmp_path: Path) -> Iterator[Callable[[str], Browser]]:
    """Signs people up at the portal; each is a browser that is signed in."""
    browsers = []

    def make(name: str) -> Browser:
        browsers.append(Browser(portal.url, read_code=portal.sign_in_code))
        browsers[-1].sign_up(f"{name}-{tmp_path.name}@example.org", name.title())
        return browsers[-1]

    yield make
    for one in browsers:
        one.close()
