"""An exam that certifies, and people who hold its certificates."""

from collections.abc import Callable
from pathlib import Path

import pytest
from portal.tests.directory.holding import Certifying, certifying, listed, person
from portal.tests.web.small_bank import write_small_bank

from guildmark_portal.directory.models import Listing


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five categories, one form each, one variant each. Tests only read it."""
    root = tmp_path_factory.mktemp("bank")
    write_small_bank(root)
    return root


@pytest.fixture
def exam(bank: Path, db: None) -> Certifying:
    """A live exam."""
    return certifying(bank)


@pytest.fixture
def holder(exam: Certifying) -> Callable[..., Listing]:
    """Somebody who is listed with one certificate."""

    def make(name: str = "Ada Lovelace", *, email: str = "", country: str = "GB", score: int = 5, **shown: object) -> Listing:
        user = person(email or f"holder{abs(hash(name))}@example.org", name, country=country)
        return listed(user, exam.certificate(user, score=score), **shown)

    return make
