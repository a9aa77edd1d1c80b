"""`/desk/providers/`: who sees it, what went wrong in words, and sending again."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.credentials.badge_providers import Listener
from portal.tests.credentials.provider_fixtures import Certified, certificate, certified, consented, listener, work_off
from portal.tests.operations.conftest import text

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers import services
from guildmark_portal.credentials.providers.faults import FAULTS, Fault

pytestmark = pytest.mark.certificates

__all__ = ["certificate", "certified", "listener"]
PAGE = "/desk/providers/"


@pytest.fixture
def support(db: None) -> Client:
    return signed_in(person_with("support"))


@pytest.fixture
def dead(certificate: Certificate, listener: Listener) -> Handover:
    listener.fails(410)
    handover = consented(certificate)
    work_off()
    return handover


def test_every_fault_has_its_words() -> None:
    assert set(FAULTS) == set(Fault)


def test_c3_staff_see_what_went_wrong_and_no_address(dead: Handover, support: Client) -> None:
    shown = text(support.get(PAGE))
    assert "Ada Lovelace" in shown
    assert "The provider no longer takes certificates here. Ask it for another address. 410" in shown
    assert "candidate@example.org" not in shown


def test_c3_the_desk_says_that_something_was_given_up(dead: Handover, support: Client) -> None:
    assert "1 message to the badge provider was given up." in text(support.get("/desk/"))
    Handover.objects.update(delivered_at=dead.consented_at)
    assert "to the badge provider" not in text(support.get("/desk/"))


def test_c3_staff_send_it_again_once(dead: Handover, support: Client, listener: Listener) -> None:
    again = {"again": str(dead.pk)}
    assert "It is on its way again." in text(support.post(PAGE, again, follow=True))
    assert "Somebody has sent this one again already." in text(support.post(PAGE, again, follow=True))
    work_off()
    shown = text(support.get(PAGE))
    assert ("Nothing was given up." in shown, "The provider has 1 certificate." in shown) == (True, True)
    assert len(listener.asked) == 2


def test_c3_staff_send_all_of_them_again(
    dead: Handover, certified: Certified, stranger: User, support: Client, listener: Listener
) -> None:
    listener.fails(410)
    consented(certified(stranger))
    work_off()
    assert "2 are on their way again." in text(support.post(PAGE, {"all": "yes"}, follow=True))
    work_off()
    assert Handover.objects.exclude(delivered_at=None).count() == 2


@pytest.mark.parametrize("number", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_what_is_none_of_them_changes_nothing(dead: Handover, support: Client, number: str) -> None:
    assert "Somebody has sent this one again already." in text(support.post(PAGE, {"again": number}, follow=True))


@pytest.mark.parametrize("role", ["examiner", "auditor"])
def test_readers_read_and_change_nothing(dead: Handover, listener: Listener, role: str) -> None:
    reader = signed_in(person_with(role))
    assert "Send it again" not in text(reader.get(PAGE))
    assert reader.post(PAGE, {"again": str(dead.pk)}).status_code == 403
    work_off()
    assert len(listener.asked) == 1


def test_the_holder_and_a_stranger_are_refused(dead: Handover, candidate: User, stranger: User) -> None:
    assert [signed_in(one).get(PAGE).status_code for one in (candidate, stranger)] == [403, 403]


@pytest.mark.usefixtures("db")
def test_without_a_provider_the_page_says_so(support: Client) -> None:
    assert "No badge provider is set up" in text(support.get(PAGE))


def test_c3_what_the_provider_removed_stays_on_the_page_with_its_answer(
    certificate: Certificate, listener: Listener, support: Client
) -> None:
    assert "The provider had nothing to remove so far." in text(support.get(PAGE))
    consented(certificate)
    work_off()
    assert services.withdraw_consent(certificate=certificate, now=clock.now())
    work_off()
    shown = " ".join(text(support.get(PAGE)).split())
    assert "Removed by the provider 1" in shown
    assert certificate.identifier in shown.partition("Removed by the provider")[2]
    assert Handover.objects.get().status == 204
    assert "204" in shown.partition("Removed by the provider")[2]
    assert "to be removed there" not in shown


@pytest.mark.usefixtures("db")
def test_what_was_removed_is_paged_in_as_many_queries_for_many_as_for_one(certificate: Certificate, support: Client) -> None:
    def removed(count: int) -> int:
        at = clock.now()
        times = {"consented_at": at, "sent_at": at, "delivered_at": at, "withdrawn_at": at, "retracted_at": at}
        Handover.objects.bulk_create(Handover(certificate=certificate, provider="webhook", **times) for _one in range(count))
        with CaptureQueriesContext(connection) as captured:
            text(support.get(PAGE))
        return len(captured)

    assert removed(1) == removed(100)
    first, second, beyond = (text(support.get(PAGE, {"page": page})) for page in ("1", "2", "nonsense"))
    assert [one.count(certificate.identifier) for one in (first, second, beyond)] == [100, 1, 100]
