"""A portal that is lost while somebody hands in, and comes back: nothing is lost, nothing is there twice, receipts are kept."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest
from demo.portal import BIN, Portal, free_port

from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.following import Following, Heard, Rhythm
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.errors import KeptInOutbox
from guildmark.rules.attempt import Phase

from .conftest import Person, sign_up
from .test_cut_uploads import drawn, start_without_grading

pytestmark = [pytest.mark.cuts, pytest.mark.timeout(600)]

SIZE = 6 * 1024 * 1024
WITHIN_S = 120


@pytest.fixture(scope="module")
def lost(roomy_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal to be killed and started again, which grades nothing."""
    portal = Portal(data=tmp_path_factory.mktemp("lost") / "portal" / "data", port=free_port(8760))
    portal.data.parent.mkdir()
    portal.init(roomy_bank)
    start_without_grading(portal)
    yield portal
    portal.stop()


@pytest.fixture(scope="module")
def ada(lost: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Somebody whose exam runs there."""
    person = sign_up("ada", lost, tmp_path_factory.mktemp("ada"))
    person.begin()
    yield person
    person.browser.close()


@pytest.fixture
def session(ada: Person) -> Iterator[Session]:
    """Her session in a tool of her own."""
    with Session.open(ada.folder, credentials=Credentials(ada.candidate.home), patience=Patience(waits_s=(0.1, 0.1))) as opened:
        yield opened


def back(portal: Portal) -> None:
    """Start a portal that was killed."""
    start_without_grading(portal)


def saved(ada: Person, category: int, seed: int) -> Path:
    path = ada.folder / f"Category{category}" / "mymodel.keras"
    path.write_bytes(drawn(seed).randbytes(SIZE))
    return path


def guildmark(ada: Person, *words: str) -> tuple[int, dict]:
    """The exit status and the answer of a command."""
    done = subprocess.run(
        [str(BIN / "guildmark"), *words, "--json"],
        capture_output=True, check=False, text=True, cwd=ada.folder, env=ada.candidate._env,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def submissions_of(state: dict, path: Path) -> list[str]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [one["id"] for category in state["categories"] for one in category["submissions"] if one["sha256"] == digest]


def test_x9_a_portal_that_is_lost_before_the_opening_gets_the_file_from_the_next_command(ada: Person, lost: Portal) -> None:
    path = saved(ada, 1, 1)
    lost.kill()
    status, answer = guildmark(ada, "submit", "1", "--no-check", "--no-wait")
    assert (status, answer["error"]["code"]) == (5, "kept_in_outbox")
    status, answer = guildmark(ada, "status")
    assert (status, answer["error"]["code"]) == (5, "server_unreachable")

    back(lost)
    status, answer = guildmark(ada, "status")
    (submission,) = submissions_of(answer, path)
    assert (status, answer["waiting"]) == (0, [])
    assert (ada.folder / ".guildmark" / "receipts" / f"{submission}.json").is_file()
    assert guildmark(ada, "verify", ".guildmark/receipts")[0] == 0


@pytest.mark.parametrize(
    ("category", "is_far_enough"),
    [(2, lambda done, _size: done == 0), (3, lambda done, size: done >= size // 2), (4, lambda done, size: done == size)],
    ids=["after the opening", "in the middle", "after the last byte"],
)
def test_x9_a_portal_that_is_lost_on_the_way_has_the_file_once(
    ada: Person, lost: Portal, session: Session, category: int, is_far_enough: Callable[[int, int], bool]
) -> None:
    path = saved(ada, category, category)
    session.state()

    def kill_in_time(done: int, size: int) -> None:
        if is_far_enough(done, size) and lost.process is not None and lost.process.poll() is None:
            lost.kill()

    with pytest.raises(KeptInOutbox, match="stopped answering while"):
        session.submit(str(category), path, progress=kill_in_time, wait=False)
    assert [one.category for one in session.waiting()] == [f"category{category}"]

    back(lost)
    another = ada.folder / "Category5" / "mymodel.keras"
    another.write_bytes(drawn(50 + category).randbytes(SIZE))
    status, answer = guildmark(ada, "submit", "5", "--no-check", "--no-wait")  # sends what waits first
    assert (status, answer["submission"]["category"]) == (0, "category5")
    state = guildmark(ada, "status")[1]
    (submission,) = submissions_of(state, path)
    assert state["waiting"] == []
    assert (ada.folder / ".guildmark" / "receipts" / f"{submission}.json").is_file()


def test_x9_whoever_follows_hears_that_the_portal_goes_and_comes_and_sends_what_waits(
    ada: Person, lost: Portal, session: Session
) -> None:
    path = saved(ada, 1, 7)
    heard: Queue[Heard] = Queue()
    following = Following(session, rhythm=Rhythm(waits_s=(0.2, 0.5, 1)))
    before = set(threading.enumerate())
    thread = threading.Thread(target=lambda: [heard.put(one) for one in following])
    with closing(following):
        thread.start()
        assert until(heard, lambda one: one.online).state.phase is Phase.RUNNING
        lost.kill()
        gone = until(heard, lambda one: not one.online)
        assert (gone.state.phase, gone.problem.code) == (Phase.RUNNING, "server_unreachable")
        with pytest.raises(KeptInOutbox):
            session.submit("1", path, wait=False)
        # The sign-in has expired in the meantime, as one does: it is traded for a new one on the way.
        credentials = session.credentials
        old = credentials.tokens(session.server)
        credentials.remember(session.server, Tokens(access_token="expired", refresh_token=old.refresh_token))
        back(lost)
        assert until(heard, lambda one: one.online).since > gone.since
        told = until(heard, lambda one: one.sent)
        (sent,) = told.sent
        assert (sent.category, sent.sha256) == ("category1", hashlib.sha256(path.read_bytes()).hexdigest())
        assert credentials.tokens(session.server).access_token not in ("expired", old.access_token)
        if not _shows(told, sent.id):  # the portal may have told before the receipt was kept here
            until(heard, lambda one: _shows(one, sent.id))
    thread.join(timeout=10)
    assert set(threading.enumerate()) <= before
    assert session.waiting() == ()


def _shows(heard: Heard, submission: str) -> bool:
    return submission in [each.id for each in heard.state.categories[0].submissions]


def until(heard: Queue[Heard], is_meant: Callable[[Heard], bool]) -> Heard:
    while True:
        one = heard.get(timeout=WITHIN_S)
        if is_meant(one):
            return one
