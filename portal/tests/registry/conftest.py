"""Holders of certificates, of whom some are listed, and the export of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from portal.tests.directory.conftest import bank, exam
from portal.tests.directory.holding import Certifying, listed, person

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory.models import Listing
from guildmark_portal.exams import keyring
from guildmark_portal.registry import export

__all__ = ["bank", "exam"]  # fixtures


@dataclass(frozen=True)
class Holding:
    """Somebody with a certificate; `listing` is None for those who did not agree to be found."""

    user: User
    certificate: Certificate
    listing: Listing | None


@pytest.fixture
def hold(exam: Certifying) -> Callable[..., Holding]:
    """Somebody who holds a certificate, and is listed unless told otherwise."""

    def make(name: str, *, agrees: bool = True, country: str = "GB", **shown: object) -> Holding:
        user = person(f"mail{hashlib.sha256(name.encode()).hexdigest()[:8]}@private.example", name, country=country)
        certificate = exam.certificate(user)
        certificate.document = keyring.signed(certificate.document)
        certificate.save(update_fields=["document"])
        return Holding(user, certificate, listed(user, certificate, **shown) if agrees else None)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where exports are written."""
    return tmp_path / "www" / "register"


@pytest.fixture
def exported(folder: Path) -> Callable[..., dict[str, bytes]]:
    """Write an export: every file of it, by its path."""

    def make(years: int = 10) -> dict[str, bytes]:
        export.write(folder, years=years, now=clock.now())
        return contents(folder)

    return make


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
