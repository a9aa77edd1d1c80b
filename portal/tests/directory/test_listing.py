"""Entering the network and leaving it: only who holds a certificate that counts, only with what they chose, and at once."""

import pytest
from portal.tests.directory.holding import certifying, happened, listed, person, replaced

from guildmark.protocol import ExamKind
from guildmark.rules.credential import Happening
from guildmark_portal import clock
from guildmark_portal.accounts import deletion, personal_data
from guildmark_portal.audit.models import Entry
from guildmark_portal.directory import queries, services
from guildmark_portal.directory.entered import Shown, is_sound_link
from guildmark_portal.directory.holders import listable_certificates
from guildmark_portal.directory.models import ListedCertificate, Listing, SearchKey, UsedSlug
from guildmark_portal.directory.queries import Criteria, search
from guildmark_portal.directory.refusals import NothingToList, SlugTaken
from guildmark_portal.profiles.entered import Problems
from guildmark_portal.registry import people


def found() -> list[str]:
    return [listing.name for listing in search(Criteria(includes_expired=True), today=clock.now().date()).listings]


def actions() -> list[str]:
    return list(Entry.objects.filter(action__startswith="network.").order_by("id").values_list("action", flat=True))


def test_c5_only_a_certificate_that_counts_can_be_listed(bank, db, candidate) -> None:
    demonstration = certifying(bank, kind=ExamKind.DEMO).certificate(candidate)
    assert listable_certificates(candidate, today=clock.now().date()) == []
    with pytest.raises(NothingToList):
        listed(candidate, demonstration)
    assert found() == []


def test_c5_nobody_lists_the_certificate_or_the_name_of_another(exam, candidate, stranger) -> None:
    theirs, mine = exam.certificate(stranger), exam.certificate(candidate)
    with pytest.raises(NothingToList):
        listed(candidate, theirs)
    with pytest.raises(NothingToList):
        listed(candidate, mine, name="Eve Stranger")
    assert found() == []


def test_c5_who_opts_in_is_listed_at_once_and_who_opts_out_leaves_nothing(holder) -> None:
    listing = holder("Ada Lovelace")
    assert found() == ["Ada Lovelace"]
    assert services.take_out(user=listing.user, actor=listing.user)
    assert found() == []
    assert queries.listing_at(listing.slug) is None
    assert queries.counts_by_country(today=clock.now().date()) == {}
    assert [model.objects.count() for model in (Listing, ListedCertificate, SearchKey)] == [0, 0, 0]
    assert not services.take_out(user=listing.user, actor=listing.user)
    assert actions() == ["network.joined", "network.left"]


def test_c5_a_change_is_seen_at_once_and_the_audit_table_never_says_what_was_shown(holder) -> None:
    listing = holder("Ada Lovelace", headline="Countess")
    certificate = ListedCertificate.objects.get().certificate
    listed(listing.user, certificate, headline="Analyst", slug="analyst-7")
    changed = Listing.objects.get()
    assert (changed.headline, changed.slug, changed.pk) == ("Analyst", "analyst-7", listing.pk)
    assert actions() == ["network.joined", "network.changed"]
    assert "Analyst" not in str(list(Entry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize("what", [Happening.REVOKED, Happening.DECLINED, Happening.SUSPENDED])
def test_c5_what_is_taken_back_is_not_shown_a_moment_longer(holder, what) -> None:
    holder("Ada Lovelace")
    happened(ListedCertificate.objects.get().certificate, what)
    assert found() == []
    assert queries.counts_by_country(today=clock.now().date()) == {}


def test_c5_a_suspended_one_comes_back_when_it_is_reinstated(holder) -> None:
    listing = holder("Ada Lovelace")
    certificate = ListedCertificate.objects.get().certificate
    happened(certificate, Happening.SUSPENDED)
    assert queries.listing_at(listing.slug) is None
    happened(certificate, Happening.REINSTATED)
    assert found() == ["Ada Lovelace"]


def test_c5_with_another_name_on_the_certificate_the_old_one_is_nowhere(holder) -> None:
    listing = holder("Ada Byron")
    replaced(ListedCertificate.objects.get().certificate, holder="Ada Lovelace")
    assert found() == ["Ada Lovelace"]
    assert [one.counts for one in ListedCertificate.objects.all()] == [True]
    today = clock.now().date()
    assert search(Criteria(name="byron"), today=today).listings == ()
    assert search(Criteria(name="lovelace"), today=today).listings == (listing,)


def test_c5_an_address_that_was_somebodys_is_never_another_persons(holder, exam) -> None:
    listing = holder("Ada Lovelace", slug="ada-in-london")
    certificate = ListedCertificate.objects.get().certificate
    listed(listing.user, certificate, slug="ada-elsewhere")
    for slug in ("ada-in-london", "ada-elsewhere"):
        with pytest.raises(SlugTaken):
            holder(f"Eve {slug}", slug=slug)
    listed(listing.user, certificate, slug="ada-in-london")
    deletion.delete(user=listing.user)
    with pytest.raises(SlugTaken):
        holder("Eve Later", slug="ada-in-london")
    assert "ada" not in str(list(UsedSlug.objects.values_list("digest", flat=True)))


def test_c5_an_address_says_nothing_of_the_e_mail(exam, holder) -> None:
    assert len({holder(f"Ada {number}").slug for number in range(5)}) == 5
    with pytest.raises(SlugTaken):
        holder("Grace Hopper", email="grace.hopper@example.org", slug="grace-hopper")


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://example.org@evil.example/",
        "https://example.org/<script>",
        "https://exa mple.org/",
        "https://example.org/\u202etxt",
        "https://example.org:port/",
        "https://[::1",
        "https://example..org/",
        "https://" + "a" * 200 + ".org",
    ],
)
def test_c5_a_link_is_a_plain_https_address(link: str) -> None:
    assert not is_sound_link(link)


def test_c5_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(Problems) as refusal:
        Shown(
            name="Ada",
            certificates=(),
            headline="x" * 121,
            about="turned \u202e around",
            links=("https://example.org/",) * 6,
            slug="A B",
        )
    assert set(refusal.value.by_field) == {"certificates", "headline", "about", "links", "slug"}


def test_c5_the_download_has_the_listing_and_deleting_the_account_removes_it(holder) -> None:
    listing = holder("Ada Lovelace", about="Notes on the engine.")
    part = next(part for part in personal_data.parts() if part.name == "network")
    exported = part.export(listing.user)
    assert (exported["listing"]["about"], exported["listing"]["slug"]) == ("Notes on the engine.", listing.slug)
    deletion.delete(user=listing.user)
    assert (found(), Listing.objects.count(), SearchKey.objects.count()) == ([], 0, 0)


def test_c5_taking_out_by_staff_names_them(holder, staff) -> None:
    listing = holder("Ada Lovelace")
    services.take_out(user=listing.user, actor=staff)
    assert Entry.objects.get(action="network.left").actor == f"user:{staff.pk}"


def test_c5_who_moves_is_shown_where_they_said_until_they_say_otherwise(holder) -> None:
    from guildmark_portal.profiles.models import Residence

    listing = holder("Ada Lovelace", country="GB")
    Residence.objects.create(user=listing.user, country="KR", recorded_at=clock.now())
    assert Listing.objects.get().country == "GB"
    listed(listing.user, ListedCertificate.objects.get().certificate)
    assert Listing.objects.get().country == "KR"


def test_x16_no_country_is_kept_of_who_does_not_show_it(exam) -> None:
    user = person("ada@example.org", "Ada Lovelace", country="GB")
    listed(user, exam.certificate(user), shows_country=False)
    assert Listing.objects.get().country == ""


@pytest.mark.parametrize("written", [None, ["is_active"]])
def test_c5_whose_account_is_made_inactive_vanishes_at_once_and_comes_back_with_it(holder, written) -> None:
    user, today = (listing := holder("Ada Lovelace")).user, clock.now().date()
    user.is_active = False
    user.save(update_fields=written)
    assert (found(), queries.listing_at(listing.slug), people.in_order()) == ([], None, [])
    assert queries.counts_by_country(today=today) == {}
    user.is_active = True
    user.save(update_fields=written)
    assert (found(), people.in_order()) == (["Ada Lovelace"], [listing.pk])
    assert queries.counts_by_country(today=today) == {"GB": 1}


def test_c5_nothing_that_happens_to_a_certificate_brings_an_inactive_holder_back(holder) -> None:
    user = holder("Ada Lovelace").user
    user.is_active = False
    user.save()
    certificate = ListedCertificate.objects.get().certificate
    happened(certificate, Happening.SUSPENDED)
    happened(certificate, Happening.REINSTATED)
    assert found() == []
    user.is_active = True
    user.save()
    assert found() == ["Ada Lovelace"]
