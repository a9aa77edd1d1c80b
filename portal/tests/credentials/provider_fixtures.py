"""A certificate that can be handed over, and providers to hand it to."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.credentials.badge_providers import KEY, SECRETS, Accredible, Listener, listening
from portal.tests.exams.conftest import Sit
from pytest_django import Settings

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.badge_provider_config import BadgeProviderConfig, BadgeProviderSecrets
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers import services
from guildmark_portal.jobs.models import UNFINISHED, Job
from guildmark_portal.jobs.runner import Runner

Certified = Callable[..., Certificate]
TITLE = "Guildmark Practitioner"


@pytest.fixture
def certified(sit: Sit, stopped_clock: StoppedClock) -> Certified:
    """A certificate of a new attempt of somebody."""

    def make(user: User, *, demonstration: bool = False) -> Certificate:
        identifier, attempt = new_identifier(), sit(user).attempt
        document: dict[str, Any] = {"exam_title": TITLE, "url": f"https://exam.example.org/certificates/{identifier}/"}
        return Certificate.objects.create(
            identifier=identifier,
            attempt=attempt,
            holder="Ada Lovelace",
            demonstration=demonstration,
            issued_on=date(2030, 1, 15),
            expires_on=date(2033, 1, 15),
            document=document,
            issued_at=stopped_clock.at,
        )

    return make


@pytest.fixture
def certificate(certified: Certified, candidate: User) -> Certificate:
    return certified(candidate)


@pytest.fixture
def listener(settings: Settings) -> Iterator[Listener]:
    """A provider that listens to webhooks."""
    with listening(Listener()) as found:
        settings.BADGE_PROVIDER = BadgeProviderConfig("webhook", "Example Badges", f"{found.url}/in")
        settings.BADGE_PROVIDER_SECRETS = BadgeProviderSecrets(webhook_secrets=SECRETS)
        yield found


@pytest.fixture
def accredible(settings: Settings) -> Iterator[Accredible]:
    with listening(Accredible()) as found:
        assert isinstance(found, Accredible)
        groups = {"tiny-demo": 9549}
        settings.BADGE_PROVIDER = BadgeProviderConfig("accredible", "Accredible", found.url, groups=groups)
        settings.BADGE_PROVIDER_SECRETS = BadgeProviderSecrets(key=KEY)
        yield found


def consented(certificate: Certificate) -> Handover:
    return services.consent(certificate=certificate, now=clock.now())


def work_off() -> None:
    Runner().run_due()


def work_off_for(stopped_clock: StoppedClock, *, hours: int) -> None:
    """Let that much time go by, and do what becomes due in it when it does."""
    end = stopped_clock.at + timedelta(hours=hours)
    work_off()
    while (due := Job.objects.filter(UNFINISHED, run_at__lte=end).order_by("run_at").first()) is not None:
        stopped_clock.at = max(stopped_clock.at, due.run_at)
        work_off()
    stopped_clock.at = end
