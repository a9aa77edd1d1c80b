"""The name that certificates carry is the one that was checked; another one in the profile asks for a new check."""

from datetime import timedelta

import pytest
from portal.tests.identity.conftest import see_all
from portal.tests.identity.test_pages import browser
from portal.tests.identity.test_provider import begun, mine, stripe, tell

from guildmark.errors import Refused
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import Standing, Verdict
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import facts, queries, services
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provided import level_reached
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName
from guildmark_portal.profiles.registration import steps_missing

__all__ = ["begun", "mine", "stripe", "tell"]  # fixtures

ONLY_IDENTITY = RegistrationPolicy(profile=False, eligibility=False, terms=False, handbook=False)


@pytest.fixture
def approve(reviewer, stopped_clock):
    def say(check):
        services.assign(check=check, reviewer=reviewer, now=stopped_clock.at)
        see_all(check, reviewer, stopped_clock.at)
        services.decide(check=check, reviewer=reviewer, verdict=Verdict.APPROVED, now=stopped_clock.at)

    return say


@pytest.fixture
def rename(stopped_clock):
    def state(user, name):
        stopped_clock.advance(60)
        profiles.record_name(user=user, full_name=FullName(name))
        stopped_clock.advance(60)

    return state


def is_open(user, clock, **more):
    return steps_missing(user=user, policy=ONLY_IDENTITY, now=clock.at, **more) == (Step.IDENTITY,)


def carried(user, level=IdentityLevel.REVIEWED):
    return name_of_holder(Attempt(user=user, identity_check=level.value))


def test_g1_another_name_opens_the_step_again_and_the_first_one_closes_it(submitted, candidate, approve, rename, stopped_clock):
    approve(submitted)
    assert is_open(candidate, stopped_clock) is False
    rename(candidate, "Ada Married")
    assert (is_open(candidate, stopped_clock), is_open(candidate, stopped_clock, sitting=True)) == (True, False)
    assert carried(candidate) == "Ada Candidate"
    rename(candidate, "Ada Candidate")
    assert is_open(candidate, stopped_clock) is False


def test_g4_a_new_name_is_checked_with_papers_of_its_own(
    submitted, candidate, approve, rename, give, photo_bytes, stopped_clock
):
    approve(submitted)
    assert services.open_check(user=candidate, now=stopped_clock.at) == submitted
    rename(candidate, "Ada Married")
    fresh = services.open_check(user=candidate, now=stopped_clock.at)
    assert (fresh != submitted, facts.standing_of(fresh), queries.check_in_hand(candidate)) == (True, Standing.DRAFT, fresh)
    give(fresh)
    services.add_photo(check=fresh, file=photo_bytes, now=stopped_clock.at)
    services.submit(check=fresh, now=stopped_clock.at)
    assert carried(candidate) == "Ada Candidate"
    approve(fresh)
    assert (carried(candidate), is_open(candidate, stopped_clock)) == ("Ada Married", False)


def test_x16_the_papers_of_the_earlier_name_are_shredded_in_their_time(submitted, candidate, approve, rename, stopped_clock):
    approve(submitted)
    decided_at = stopped_clock.at
    rename(candidate, "Ada Married")
    services.open_check(user=candidate, now=stopped_clock.at)
    submitted.refresh_from_db()
    assert (submitted.closed_at, facts.shred_due_at(submitted)) == (stopped_clock.at, decided_at + timedelta(days=90))
    stopped_clock.advance(90 * 86400)
    services.shred_due(now=stopped_clock.at)
    assert Check.objects.get(pk=submitted.pk).shredding.records > 0


def test_g4_profile_and_papers_say_which_name_holds(submitted, candidate, approve, rename):
    mine = browser(candidate)
    approve(submitted)
    for address in ("/profile/", "/identity/"):
        assert "Certificates carry the name that was checked: Ada Candidate." in mine.get(address).content.decode()
    rename(candidate, "Ada Married")
    page = mine.get("/profile/").content.decode()
    assert ("Certificates carry Ada Candidate" in page, "Your profile says Ada Married" in page) == (True, True)
    assert "Have the new name checked" in page
    page = mine.get("/identity/").content.decode()
    assert ("Show papers that bear the new name" in page, "Add a document" in page) == (True, True)
    assert "Your identity has been checked." not in page
    assert "Turn on the camera" in mine.get("/identity/photo/").content.decode()


def test_g4_who_changes_the_name_under_review_is_warned(submitted, candidate, rename):
    mine = browser(candidate)
    assert "reviewed for the name" not in mine.get("/identity/").content.decode()
    rename(candidate, "Ada Married")
    for address in ("/profile/", "/identity/"):
        page = mine.get(address).content.decode()
        assert "Your papers are reviewed for the name Ada Candidate" in page
        assert "It says Ada Married now." in page


def test_g4_who_has_stated_no_name_reads_of_none(mine, candidate):
    for address in ("/profile/", "/identity/"):
        assert "Certificates carry" not in mine.get(address).content.decode()


def test_g4_a_provider_checks_another_name_anew(begun, stripe, tell, candidate, rename, stopped_clock):
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    provided = IdentityLevel.PROVIDER
    assert (level_reached(candidate), services.shows_level(candidate, provided)) == (provided, True)
    with pytest.raises(Refused, match="checked already"):
        services.begin(user=candidate, now=stopped_clock.at)
    rename(candidate, "Eve Stranger")
    assert (carried(candidate, provided), services.shows_level(candidate, provided)) == ("Ada Candidate", False)
    assert services.begin(user=candidate, now=stopped_clock.at).endswith("/start/vs_2")
