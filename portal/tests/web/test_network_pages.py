"""The pages of the network: a form without script, profiles with what their holders chose, and nothing after they left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail as outgoing
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.directory.holding import Certifying, certifying, listed, person

from guildmark_portal.directory.models import Listing, Message
from guildmark_portal.jobs.runner import Runner

from .html_reading import Page
from .visiting import read

pytestmark = pytest.mark.certificates

MINE = "/network/mine/"


@pytest.fixture
def exam(bank: Path, db: None) -> Certifying:
    return certifying(bank)


@pytest.fixture
def ada(exam: Certifying, candidate) -> Listing:
    """The candidate, listed with everything that can be shown."""
    from guildmark_portal import clock
    from guildmark_portal.profiles.models import Residence

    Residence.objects.create(user=candidate, country="GB", recorded_at=clock.now())
    return listed(
        candidate,
        exam.certificate(candidate),
        town="London",
        headline="Analyst <b>of engines</b>",
        about="Notes.\n\n<script>alert(1)</script>",
        links=("https://ada.example.org/notes",),
        shows_skills=True,
    )


def links(page: Page) -> list[dict[str, str | None]]:
    return [attributes for tag, attributes in page.tags if tag == "a"]


def choice(listing_or_certificate: str, **others: str) -> dict[str, str]:
    return {"name": "Ada Candidate", "certificates": listing_or_certificate, "takes_messages": "on", **others}


def test_c5_a_search_answers_without_script_and_is_well_formed(client: Client, ada: Listing) -> None:
    page = read(client.get("/network/", {"name": "candi", "country": "GB", "skill": "A1"}))
    assert (page.problems, page.labels_missing) == ([], [])
    assert "1 holder fits" in page.text
    assert f"/network/{ada.slug}/" in {link.get("href") for link in links(page)}
    assert "Nobody fits" in read(client.get("/network/", {"name": "zzz"})).text


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "query", ["?country=%00&skill=%27", "?page=-1&name=%F0%9F", "?page=99999999999", "?program=" + "x" * 5000]
)
def test_c5_a_search_takes_whatever_is_asked(client: Client, query: str) -> None:
    assert client.get(f"/network/{query}").status_code == 200


def test_c5_the_empty_network_says_so_and_counts_nothing(client: Client, db: None) -> None:
    page = read(client.get("/network/"))
    assert "Nobody is listed yet" in page.text
    assert ("0 holders" in page.text, "countries" in page.text, page.problems) == (False, False, [])


def test_c5_how_many_there_are_is_said_in_words_that_fit(client: Client, exam: Certifying) -> None:
    def counted() -> str:
        text = read(client.get("/network/")).text
        return " ".join(text[: text.index("The map")].split()[-6:])

    users = [person(f"{place}@example.org", f"Holder {place}", country=place) for place in ("", "GB", "KR")]
    listed(users[0], exam.certificate(users[0]))
    assert counted().endswith("1 holderno country shown")  # a line each
    listed(users[1], exam.certificate(users[1]))
    assert counted().endswith("in 1 country")
    listed(users[2], exam.certificate(users[2]))
    assert counted().endswith("in 2 countries")


def test_c5_the_skills_to_search_by_are_grouped_by_their_area(client: Client, db: None) -> None:
    groups = [attributes["label"] for tag, attributes in read(client.get("/network/")).tags if tag == "optgroup"]
    assert [str(label)[:3] for label in groups] == ["A. ", "B. ", "C. ", "D. ", "E. "]
    assert groups[2] == "C. Image classification"


def test_c5_a_profile_shows_what_was_chosen_and_no_markup_of_its_holder(client: Client, ada: Listing) -> None:
    response = client.get(f"/network/{ada.slug}/")
    page, html = read(response), response.content.decode()
    assert (page.problems, page.labels_missing) == ([], [])
    for shown in (
        "Ada Candidate",
        "London, United Kingdom",
        "Notes.",
        "Machine Learning Practitioner",
        "ada.example.org/notes",
    ):
        assert shown in page.text
    assert ("<script>alert" in html, "<b>of" in html, "candidate@example.org" in html) == (False, False, False)
    (link,) = [link for link in links(page) if link.get("href") == "https://ada.example.org/notes"]
    assert set(str(link["rel"]).split()) >= {"nofollow", "ugc", "noopener"}


def test_c5_nothing_is_indexed_unless_its_holder_chose_so_and_nothing_is_cached(client: Client, ada: Listing) -> None:
    profile = f"/network/{ada.slug}/"
    for address in ("/network/", profile):
        response = client.get(address)
        assert "noindex" in response["X-Robots-Tag"]
        assert 'name="robots" content="noindex' in response.content.decode()
        assert {"no-store", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    Listing.objects.update(is_indexed=True)
    response = client.get(profile)
    assert (response["X-Robots-Tag"], "noindex" in response.content.decode()) == ("noarchive", False)
    assert "noindex" in client.get("/network/")["X-Robots-Tag"]


def test_c5_a_holder_enters_looks_changes_and_leaves_at_once(
    client: Client, owner: Client, exam: Certifying, candidate
) -> None:
    certificate = exam.certificate(candidate).identifier
    page = read(owner.get(MINE))
    assert (page.problems, page.labels_missing) == ([], [])
    assert "becomes public at once" in page.text
    look = read(owner.post(MINE, choice(certificate, headline="Analyst", look="yes")))
    assert "As others would see it" in look.text
    assert not Listing.objects.exists()
    assert "Tick the box if you want to be listed" in read(owner.post(MINE, choice(certificate))).text
    assert owner.post(MINE, choice(certificate, headline="Analyst", agreed="on")).status_code == 302
    slug = Listing.objects.get().slug
    assert "Analyst" in read(client.get(f"/network/{slug}/")).text
    assert owner.post(MINE, choice(certificate, headline="Countess", slug="countess-1")).status_code == 302
    assert client.get(f"/network/{slug}/").status_code == 404
    assert "Countess" in read(client.get("/network/countess-1/")).text
    assert "Leave the network?" in read(owner.get(f"{MINE}leave/")).text
    assert Listing.objects.count() == 1
    assert owner.post(f"{MINE}leave/").status_code == 302


def test_c5_opting_out_leaves_nothing_on_any_page_at_once(client: Client, owner: Client, other: Client, ada: Listing) -> None:
    profile = f"/network/{ada.slug}/"
    seen = ("/network/?name=candidate", "/network/?country=GB", "/network/map/", profile, f"{profile}message/")
    for reader in (client, other):  # what a cache could keep was read before
        for address in seen:
            reader.get(address)
    assert "United Kingdom: 1 holder" in client.get("/network/map/").content.decode()
    owner.post(f"{MINE}leave/")
    for reader in (client, other):
        for address in seen[:3]:
            html = reader.get(address).content.decode()
            assert ("Ada Candidate" in html, ada.slug in html, "United Kingdom: 1" in html) == (False, False, False)
        assert reader.get(profile).status_code == 404
    assert other.get(f"{profile}message/").status_code == 404
    assert other.post(f"{profile}message/", {"name": "Eve", "text": "Hello"}).status_code == 404
    gone, never = (Page(client.get(address).content.decode()).text for address in (profile, "/network/never-there/"))
    assert gone == never


def test_c5_mistakes_are_said_beside_their_fields(owner: Client, exam: Certifying, candidate) -> None:
    certificate = exam.certificate(candidate).identifier
    faulty = choice(certificate, links="http://example.org", slug="A", headline="turned \u202e around", agreed="on")
    page = read(owner.post(MINE, faulty))
    assert (page.problems, page.labels_missing) == ([], [])
    for said in ("cannot be linked", "Use 5 to 40 small letters", "cannot be seen"):
        assert said in page.text
    assert not Listing.objects.exists()


def test_c5_who_holds_nothing_is_told_so(other: Client, ada: Listing) -> None:
    assert "no certificate that can be listed" in read(other.get(MINE)).text
    certificate = ada.certificates.get().identifier
    other.post(MINE, choice(certificate, agreed="on"))
    assert Listing.objects.count() == 1


@pytest.mark.usefixtures("ada")
def test_c5_strangers_sign_in_before_they_write_or_enter(client: Client, ada: Listing) -> None:
    for address in (MINE, f"{MINE}leave/", f"/network/{ada.slug}/message/"):
        response = client.get(address)
        assert (response.status_code, "/login/" in response["Location"]) == (302, True)


def test_c5_a_recruiter_writes_and_never_sees_an_address(other: Client, owner: Client, ada: Listing) -> None:
    address = f"/network/{ada.slug}/message/"
    page = read(other.get(address))
    assert (page.problems, page.labels_missing) == ([], [])
    assert "stranger@example.org" in page.text
    faulty = other.post(address, {"name": "Eve\r\nBcc: all@example.org", "text": " "})
    sent = other.post(address, {"name": "Eve", "organisation": "Works", "text": "We look for you."}, follow=True)
    again = other.post(address, {"name": "Eve", "text": "And?"})
    for response in (faulty, sent, again):
        assert "candidate@example.org" not in response.content.decode()
    assert "on its way" in sent.content.decode()
    assert "You wrote to this holder a short time ago." in again.content.decode()
    Runner().run_due()
    assert [(letter.to, letter.reply_to) for letter in outgoing.outbox] == [
        (["candidate@example.org"], ["stranger@example.org"])
    ]
    assert "We look for you." in read(owner.get(MINE)).text


def test_c5_a_holder_reports_a_message_and_nobody_else_can(other: Client, owner: Client, ada: Listing) -> None:
    other.post(f"/network/{ada.slug}/message/", {"name": "Eve", "text": "We look for you."})
    address = f"{MINE}messages/{Message.objects.get().pk}/report/"
    other.post(address)
    assert Message.objects.get().reported_at is None
    assert owner.get(address).status_code == 405
    owner.post(address)
    assert Message.objects.get().reported_at is not None
    assert "Reported." in read(owner.get(MINE)).text


def test_c5_twenty_five_holders_are_two_pages(client: Client, exam: Certifying) -> None:
    make: Callable[[int], Listing] = lambda number: listed(  # noqa: E731 - once
        (user := person(f"h{number}@example.org", f"Holder {number}")), exam.certificate(user)
    )
    for number in range(25):
        make(number)
    page = read(client.get("/network/?name=holder"))
    assert "Page 1 of 2" in page.text
    assert "?name=holder&page=2" in {link.get("href") for link in links(page)}
    assert "Page 2 of 2" in read(client.get("/network/?name=holder&page=2")).text


def test_c5_an_owner_takes_out_what_must_not_stay_and_nobody_else_can(staff, stranger, ada: Listing) -> None:
    form = {"action": "take_out", "_selected_action": [str(ada.pk)]}
    for reader in (person_with("auditor"), person_with("support"), stranger):
        signed_in(reader, minutes_ago=1).post("/admin/directory/listing/", form)
    assert Listing.objects.count() == 1
    browser = signed_in(staff, minutes_ago=1)
    assert ada.slug in browser.get("/admin/directory/listing/").content.decode()
    browser.post("/admin/directory/listing/", form)
    assert not Listing.objects.exists()


def test_x16_the_privacy_notice_says_how_long_a_message_is_kept(client: Client, db: None) -> None:
    assert "30 days; that one was reported, 365 days" in read(client.get("/privacy/")).text
