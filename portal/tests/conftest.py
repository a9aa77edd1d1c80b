"""What all tests of the portal share: people, a data directory of their own, and a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from guildmark_portal import clock
from guildmark_portal.identity.intake.places import PLACES


class StoppedClock:
    """The portal's clock while a test holds it; it moves when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def advance(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@pytest.fixture
def stopped_clock() -> Iterator[StoppedClock]:
    held = StoppedClock(datetime(2030, 1, 15, 12, 0, tzinfo=UTC))
    with clock.use(lambda: held.at):
        yield held


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    """A data directory of the test's own, so that no file outlives it."""
    root = tmp_path / "guildmark-data"
    for folder in ("blobs", "banks", "run"):
        (root / folder).mkdir(parents=True)
    settings.DATA_DIR, settings.BLOBS_DIR, settings.BANKS_DIR = root, root / "blobs", root / "banks"
    settings.GRADER_SOCKET = str(root / "run" / "grader.sock")
    return root


@pytest.fixture(autouse=True)
def no_time_spent() -> None:
    """People of other tests, who have the same numbers, have sent nothing to read."""
    PLACES.spending.forget()


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    """A request of the test client leaves its language active; the next test begins without one."""
    yield
    translation.deactivate()


def _account(email: str, name: str):  # type: ignore[no-untyped-def]
    from allauth.account.models import EmailAddress

    from guildmark_portal.accounts.models import User

    user = User.objects.create_user(email, name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def person_with(role: str, *, email: str = "", name: str = ""):  # type: ignore[no-untyped-def]
    """Somebody with a role."""
    from guildmark_portal.accounts.models import RoleGrant

    user = _account(email or f"{role}@example.org", name or f"Ro {role.title()}")
    RoleGrant.objects.create(user=user, role=role, granted_by="tests", granted_at=clock.now())
    return user


@pytest.fixture
def candidate(db: None):  # type: ignore[no-untyped-def]
    """Somebody who sits exams."""
    return _account("candidate@example.org", "Ada Candidate")


@pytest.fixture
def stranger(db: None):  # type: ignore[no-untyped-def]
    """Somebody else, who must be refused what is the candidate's."""
    return _account("stranger@example.org", "Eve Stranger")


@pytest.fixture
def staff(db: None):  # type: ignore[no-untyped-def]
    """An owner of the portal."""
    return person_with("owner", email="staff@example.org", name="Grace Staff")
