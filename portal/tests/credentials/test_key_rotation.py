"""A clock that was ahead when something was signed, and keys that are rotated after it is right again."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.credentials.conftest import bank, grading_service, make_bank, passed, running, sit, work_off
from portal.tests.credentials.test_issuing import standing_of
from portal.tests.platform.conftest import PORTAL, initialised, made_once, portal_env
from pytest_django import Settings

from guildmark.badges import jwt, proof
from guildmark.badges.verdict import Standing as Verdict
from guildmark.rules.credential import StatusPurpose
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.cli.issuer_key import _ahead, _retired
from guildmark_portal.credentials import badge, files, issuer, last_signed, status
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.portal_secrets import IssuerKeyKind, issuer_keys

__all__ = [
    "bank",
    "grading_service",
    "initialised",
    "made_once",
    "make_bank",
    "passed",
    "portal_env",
    "running",
    "sit",
    "work_off",
]  # fixtures
pytestmark = pytest.mark.django_db
AHEAD = timedelta(days=40)
Files = dict[str, bytes]


@pytest.fixture
def signed(stopped_clock: StoppedClock, passed: Certificate) -> Files:
    """The files of a certificate, signed by a clock that was forty days ahead; it is right again since."""
    now = clock.now()
    made = {
        "json": badge.document_of(passed, now=now),
        "jwt": badge.jwt_of(passed, now=now).encode(),
        "pdf": files.pdf_of(passed, now=now),
    }
    stopped_clock.at -= AHEAD
    return made


@pytest.fixture
def rotate(settings: Settings) -> Callable[[], str | None]:
    """What the command does to the keys; the time that it tells of if a clock was ahead."""

    def new_keys(*, compromised: bool = False) -> str | None:
        now, kinds = clock.now(), tuple(IssuerKeyKind)
        old = tuple(_retired(key, kinds, now=now, compromised=compromised) for key in settings.ISSUER_KEYS)
        settings.ISSUER_KEYS = (*issuer_keys(organisation="Guildmark", now=now), *old)
        return _ahead(old, now=now)

    return new_keys


def standings(made: Files, *, now: datetime) -> dict[str, Verdict]:
    return {name: standing_of(content, now=now) for name, content in made.items()}


def test_x13_what_a_clock_ahead_signed_stays_genuine_after_a_rotation(
    signed: Files, rotate: Callable[[], str | None], stopped_clock: StoppedClock
) -> None:
    signed_at = clock.now() + AHEAD
    assert rotate() == signed_at.isoformat()
    stopped_clock.at = signed_at + timedelta(days=1)
    assert standings(signed, now=clock.now()) == dict.fromkeys(signed, Verdict.VALID)


def test_x13_a_portal_that_disowned_its_badges_owns_them_again_at_the_next_rotation(
    signed: Files, rotate: Callable[[], str | None], settings: Settings, stopped_clock: StoppedClock
) -> None:
    disowning = (replace(key, retired_at=clock.now()) for key in settings.ISSUER_KEYS)
    settings.ISSUER_KEYS = (*issuer_keys(organisation="Guildmark", now=clock.now()), *disowning)
    at = clock.now() + AHEAD + timedelta(days=1)
    assert standings(signed, now=at) == dict.fromkeys(signed, Verdict.NOT_OURS)
    rotate()
    assert standings(signed, now=at) == dict.fromkeys(signed, Verdict.VALID)


def test_x13_what_says_that_it_was_signed_later_still_is_refused(
    signed: Files, rotate: Callable[[], str | None], passed: Certificate
) -> None:
    """Whoever holds a retired key signs nothing with it that is newer than the newest that the portal signed itself."""
    old, at = issuer.eddsa_key(), clock.now() + AHEAD
    rotate()
    unsigned = {name: value for name, value in json.loads(signed["json"]).items() if name != "proof"}
    second = timedelta(seconds=1)
    later = proof.sign(unsigned, key=old, did=issuer.did(), created=at + second)
    assert standing_of(json.dumps(later).encode(), now=at + timedelta(days=1)) is Verdict.NOT_OURS


def test_x13_a_compromised_key_vouches_for_nothing_however_late_it_signed(
    signed: Files, rotate: Callable[..., str | None]
) -> None:
    rotate(compromised=True)
    at = clock.now() + AHEAD + timedelta(days=1)
    assert standings(signed, now=at) == dict.fromkeys(signed, Verdict.NOT_OURS)


def test_x13_the_lists_and_exports_of_a_clock_ahead_count_too(
    passed: Certificate, settings: Settings, stopped_clock: StoppedClock
) -> None:
    (eddsa,) = (key for key in settings.ISSUER_KEYS if key.kind is IssuerKeyKind.EDDSA)
    began = clock.now()
    stopped_clock.advance(3600)
    status.signed_list(1, StatusPurpose.REVOCATION, now=clock.now())
    assert last_signed.newest_signature(eddsa) == began + timedelta(hours=1)
    stopped_clock.advance(3600)
    audit.record(actor="tests", action=last_signed.EXPORTED, subject="registry")
    assert last_signed.newest_signature(eddsa) == began + timedelta(hours=2)


def test_x13_each_key_is_asked_for_its_own_signatures(
    passed: Certificate, rotate: Callable[[], str | None], settings: Settings
) -> None:
    """A key that has signed nothing is retired now, and not when another one signed last."""
    old = issuer.es256_key().key_id(issuer.did())
    rotate()
    newest = {key.kind: last_signed.newest_signature(key) for key in settings.ISSUER_KEYS if key.retired_at is None}
    assert (newest[IssuerKeyKind.EDDSA], newest[IssuerKeyKind.ES256]) == (None, None)
    assert badge.jwt_of(passed, now=clock.now()).startswith(jwt.opening(old))


def test_the_time_of_a_paper_is_read_from_its_signature(passed: Certificate, settings: Settings) -> None:
    (pdf,) = (key for key in settings.ISSUER_KEYS if key.kind is IssuerKeyKind.PDF)
    Certificate.objects.update(mailed_at=None)
    at = datetime(2031, 6, 30, 23, 59, 58, tzinfo=UTC)
    files.pdf_of(passed, now=at, language="ko")
    assert last_signed.newest_signature(pdf) == at


@pytest.mark.certificates
def test_the_command_rotates_every_key_and_tells_of_no_clock_that_was_right(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    command = [*PORTAL, "issuer-key", "rotate", "--data", str(initialised), "--json"]
    told = json.loads(subprocess.run(command, env=portal_env, check=True, capture_output=True, text=True).stdout)
    assert (told["kinds"], told["ahead"]) == (["eddsa", "es256", "pdf"], None)
