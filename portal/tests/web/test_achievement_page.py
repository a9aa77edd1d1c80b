"""What a badge names as its achievement has a page, for every version that was ever published."""

import json
from urllib.parse import urlsplit

import pytest
from django.test import Client

from guildmark.packs.bank import BankManifest
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.models import ExamVersion, Program

from .holding import issue
from .html_reading import Page
from .visiting import read


def achievement_of(client: Client, certificate: Certificate) -> dict[str, object]:
    badge = json.loads(client.get(f"/certificates/{certificate.identifier}/credential.json").content)
    return dict(badge["credentialSubject"]["achievement"])


def path_of(achievement: dict[str, object]) -> str:
    return urlsplit(str(achievement["id"])).path


def published(program: Program, bank: BankManifest, *, digest: str, **exam: object) -> ExamVersion:
    """Another version of the same bank, with something of its exam changed."""
    changed = bank.model_copy(update={"exam": bank.exam.model_copy(update=exam)})
    return ExamVersion.objects.create(
        program=program,
        version=changed.exam.version,
        bank_sha256=digest * 64,
        manifest=changed.model_dump_json(),
        published_at=clock.now(),
        published_by="tests",
    )


def headings(page: Page) -> list[str]:
    return [tag for tag, _attributes in page.tags if tag in {"h1", "h2", "h3"}]


def test_x13_the_address_in_a_badge_leads_to_what_was_asked_and_what_a_pass_needed(client: Client, issued: Certificate) -> None:
    achievement = achievement_of(client, issued)
    page = read(client.get(path_of(achievement)))
    assert (page.problems, headings(page)[:2]) == ([], ["h1", "h2"])
    assert achievement["criteria"] == {"narrative": achievement_text(page)}
    for said in ("Machine Learning Practitioner", "2030.1", "TensorFlow 2.x", "90 of 100 points", "5 hours", "36 months"):
        assert said in page.text
    assert ("/skills/#A1", "demonstration" in page.text.lower()) == (linked(page, "/skills/#")[0], False)


def achievement_text(page: Page) -> str:
    """The criteria as the page quotes them."""
    return page.text[page.text.index("Train a model in each of") :].partition("\n")[0]


def linked(page: Page, beginning: str) -> list[str]:
    found = [str(attributes.get("href")) for tag, attributes in page.tags if tag == "a"]
    return [address for address in found if address.startswith(beginning)]


def test_x13_each_result_that_a_badge_describes_is_a_place_on_the_page(client: Client, issued: Certificate) -> None:
    achievement = achievement_of(client, issued)
    page = read(client.get(path_of(achievement)))
    described = achievement["resultDescription"]
    assert isinstance(described, list)
    assert {one["id"].partition("#")[2] for one in described} <= set(page.ids)
    assert len(described) == 6


def test_x13_a_certificate_and_the_page_that_checks_it_lead_there(client: Client, issued: Certificate) -> None:
    path = path_of(achievement_of(client, issued))
    for place in (f"/certificates/{issued.identifier}/", f"/verify/?identifier={issued.identifier}"):
        assert path in linked(read(client.get(place)), "/programs/")


def test_a_demonstration_says_that_it_is_one(client: Client, candidate: User, program: str) -> None:
    certificate = issue(candidate, program, kind=ExamKind.DEMO)
    page = read(client.get(path_of(achievement_of(client, certificate))))
    assert "a certificate of it certifies nothing" in page.text


def test_x13_an_older_version_keeps_its_page_with_what_held_then(client: Client, issued: Certificate) -> None:
    path = path_of(achievement_of(client, issued))
    version = issued.attempt.exam_version
    published(version.program, version.bank, digest="a", version="2031.1", pass_mark=80)
    assert "90 of 100 points" in read(client.get(path)).text
    assert "80 of 100 points" in read(client.get(path.replace("2030.1", "2031.1"))).text


def test_x19_an_exam_that_renews_the_program_under_the_same_number_is_named_beside_it(
    client: Client, issued: Certificate
) -> None:
    version = issued.attempt.exam_version
    renewing = Program.objects.create(
        slug="short", kind="live", created_at=clock.now(), policy_document={"renews": version.program.slug}
    )
    published(renewing, version.bank, digest="b", title={"en": "Shorter renewal"}, duration_minutes=60)
    published(version.program, version.bank, digest="c")  # built anew, and the same exam
    page = read(client.get(path_of(achievement_of(client, issued))))
    assert (page.problems, page.text.count("Another exam earns the same achievement")) == ([], 1)
    assert ("Shorter renewal" in page.text, "1 hour" in page.text) == (True, True)


@pytest.mark.parametrize("kind", ["mock", "rehearsal"])
def test_what_certifies_nothing_or_never_was_has_no_such_page(client: Client, program: str, kind: str) -> None:
    path = f"/programs/{program}/achievements/"
    assert [client.get(path + version).status_code for version in ("2030.1", "1999.1", "x")] == [200, 404, 404]
    assert client.get("/programs/nothing/achievements/2030.1").status_code == 404
    Program.objects.filter(slug=program).update(kind=kind)
    assert client.get(f"{path}2030.1").status_code == 404
