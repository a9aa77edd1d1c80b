"""Addresses of profiles: a few a year that somebody chooses, and none that reads as the portal's own."""

import re

import pytest
from django.test import Client
from portal.tests.conftest import StoppedClock
from portal.tests.directory.holding import listed
from pytest_django import Settings

from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.directory import services
from guildmark_portal.directory.models import ListedCertificate, Listing, UsedSlug
from guildmark_portal.directory.refusals import SlugReserved, SlugTaken, TooManySlugs
from guildmark_portal.directory.reserved import is_reserved
from guildmark_portal.directory.slugs import CHOSEN_WITHIN


def choose(slug: str) -> str:
    """Let the one holder choose another address; the one that they have then."""
    certificate = ListedCertificate.objects.get().certificate
    return listed(certificate.attempt.user, certificate, slug=slug).slug


@pytest.mark.parametrize(
    "slug",
    [
        *("support", "supp0rt", "sup-port", "5upport", "support-24", "support7", "ada-support", "admins", "adm1n", "admln"),
        *("adrnin", "adminteam", "administrator", "0fficial", "official-ada", "issuer", "1ssuer", "issuers", "help-desk"),
        *("guildmark", "gui1drnark", "gu-ild-mark", "guildmarkteam", "the-help-desk", "desk-1", "exam-office", "contact-us"),
        *("program", "certificates", "handbook", "well-known", "we11-kn0wn", "recovery-codes", "network"),
    ],
)
def test_c5_nobody_gets_an_address_that_reads_as_ours(slug: str) -> None:
    assert is_reserved(slug)


@pytest.mark.parametrize(
    "slug",
    [
        *("ada-lovelace", "mark-page", "clerk-maxwell", "ada-desk", "desklamp", "supporting-cast", "analyst-7", "12345"),
        *("system-engineer", "helpful-jane", "officer-jane", "andrea-main", "maxadmiral", "issue-tracker", "team-lead"),
    ],
)
def test_c5_whoever_only_shares_a_word_with_us_keeps_it(slug: str) -> None:
    assert not is_reserved(slug)


def test_c5_every_word_of_an_address_of_ours_is_reserved() -> None:
    from portal.tests.accounts.test_who_sees_what import rows

    words = {word for _method, address in rows() for word in re.sub("<[^>]*>|[(][^)]*[)]", " ", address).split("/")}
    plain = sorted(word for word in words if re.fullmatch("[a-z0-9]{5,}(-[a-z0-9]+)*", word))
    assert len(plain) > 50
    assert [word for word in plain if not is_reserved(word)] == []


def test_c5_the_name_of_the_organisation_is_nobodys(settings: Settings) -> None:
    settings.ORGANISATION = "Example Institute"
    assert [is_reserved(slug) for slug in ("example-institute", "examp1e-instltute-de", "example-ada")] == [True, True, False]


def test_c5_a_reserved_address_is_refused_in_any_case(holder, client: Client) -> None:
    kept = holder("Ada Lovelace").slug
    with pytest.raises(SlugReserved):
        choose("supp0rt")
    assert (Listing.objects.get().slug, UsedSlug.objects.filter(chosen_at__isnull=False).count()) == (kept, 0)


def test_c5_three_addresses_are_chosen_in_a_year_and_former_ones_stay_free(holder, exam, stopped_clock: StoppedClock) -> None:
    holder("Ada Lovelace", slug="analyst-1")
    for number in (2, 3):
        stopped_clock.advance(86_400)
        choose(f"analyst-{number}")
    with pytest.raises(TooManySlugs) as refusal:
        choose("analyst-4")
    assert "You have chosen 3 addresses within a year" in str(refusal.value)
    assert "before 15 January 2031" in str(refusal.value)
    assert [choose("analyst-1"), choose("analyst-1"), choose("analyst-2")] == ["analyst-1", "analyst-1", "analyst-2"]
    stopped_clock.at += CHOSEN_WITHIN - (stopped_clock.at - UsedSlug.objects.earliest("chosen_at").chosen_at)
    assert choose("analyst-4") == "analyst-4"
    with pytest.raises(TooManySlugs):
        choose("analyst-5")


def test_c5_who_has_used_up_theirs_learns_nothing_of_anothers(holder, exam) -> None:
    """An address that is somebody else's is refused as such: to ask costs nothing, and gives nothing."""
    other = holder("Grace Hopper", slug="grace-1")
    services.take_out(user=other.user, actor=other.user)
    holder("Ada Lovelace", slug="analyst-1")
    with pytest.raises(SlugTaken):
        choose("grace-1")
    assert UsedSlug.objects.filter(user=Listing.objects.get().user, chosen_at__isnull=False).count() == 1


def test_c5_one_at_random_is_always_there(holder) -> None:
    listing = holder("Ada Lovelace", slug="analyst-1")
    certificate = ListedCertificate.objects.get().certificate
    for number in (2, 3):
        choose(f"analyst-{number}")
    services.take_out(user=listing.user, actor=listing.user)
    assert re.fullmatch("[0-9a-z]{4}(-[0-9a-z]{4}){2}", listed(listing.user, certificate).slug)


def test_c5_nothing_of_the_choice_outlives_the_account(holder) -> None:
    user = holder("Ada Lovelace", slug="analyst-1").user
    deletion.delete(user=User.objects.get(pk=user.pk))
    assert list(UsedSlug.objects.values_list("user", "chosen_at")) == [(None, None)]
