"""Hostile files, built once; a service that grades them, and marks that nothing may touch."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.hostile import control
from tests.hostile.boxed import Nursery, nursery
from tests.hostile.cases import CASES
from tests.hostile.effects import Evidence
from tests.hostile.grading import Grading, grading
from tests.hostile.marks import Marks, Watch, free_port
from tests.hostile.probe_cases import Probe

from guildmark_grader.inside.lockdown import Layer


@pytest.hookimpl(tryfirst=True)  # before items are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.hostile)
            item.add_marker(pytest.mark.xdist_group("hostile"))


@pytest.fixture(scope="session")
def marks() -> Iterator[Marks]:
    """On a path that every user may enter: only the box stands between a model and these."""
    folder = tempfile.mkdtemp(prefix="guildmark-marks-", dir="/var/tmp")
    found = Marks(folder, free_port(), f"word-{uuid.uuid4().hex}")
    found.lay_out()
    yield found
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def watch(marks: Marks) -> Iterator[Watch]:
    with Watch(marks) as watching:
        yield watching


@pytest.fixture(scope="session")
def files(marks: Marks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every hostile file, by the name of its case."""
    folder = tmp_path_factory.mktemp("hostile")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "HOME": str(folder)}
    command = [sys.executable, "-m", "tests.hostile.build", str(folder), marks.to_json()]
    done = subprocess.run(command, env=environment, cwd=control.REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="session")
def evidence(files: Path, marks: Marks, request: pytest.FixtureRequest) -> Iterator[Future[Mapping[str, Evidence]]]:
    """What the control run observes, by the name of the case: of those that this session tests. It runs beside the tests."""
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = {params["case"] for params in asked if "case" in params}
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(control.observe, [case for case in CASES if case in wanted], files, marks)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grading]:
    with grading(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def bare(marks: Marks, request: pytest.FixtureRequest) -> dict[tuple[Probe, Layer], str]:
    """What the probes answer without the box, alone or with one layer of it: all that the tests of this session ask for."""
    asked = [item.callspec.params for item in request.session.items if "bare" in getattr(item, "fixturenames", ())]
    tries = list(dict.fromkeys((params["probe"], params.get("layer", Layer(0))) for params in asked))
    found = {}
    for as_administrator in (False, True) if os.geteuid() == 0 else (False,):
        some = [one for one in tries if one[0].as_administrator is as_administrator]
        if some:
            found |= dict(zip(some, control.try_probes(some, marks, as_administrator=as_administrator), strict=True))
    return found


@pytest.fixture(scope="session")
def workers(marks: Marks) -> Iterator[Nursery]:
    with nursery(marks) as running:
        yield running
