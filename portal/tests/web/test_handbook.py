"""The handbook: one text on page and in PDF, written by the settings; editions, acknowledgements and letters."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from django.core import mail as outgoing
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from guildmark.packs.bank import BankManifest
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.handbook import queries, services
from guildmark_portal.handbook.models import Acknowledgement, Edition, EditionText
from guildmark_portal.handbook.text import Part, differences, parts
from guildmark_portal.jobs.runner import Runner

from .html_reading import Page

HANDBOOK = "/handbook/practitioner-demo/"
PDF = "/handbook/practitioner-demo.pdf"
FOOTER = re.compile(
    r"Machine Learning Practitioner · Candidate handbook and environment guide · Edition \d+ of [^\n]+\s+\d+ / \d+"
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its language active, and whoever signs in next would be taken to read it."""
    with override("en"):
        yield


@pytest.fixture
def program(for_money: None, program: str) -> str:
    """One that can cost something."""
    return program


def settle(*assignments: str) -> Program:
    return exams.amend_policy(slug="practitioner-demo", assignments=assignments, actor="tests", now=clock.now())


def page(client: Client) -> Page:
    response = client.get(HANDBOOK)
    assert response.status_code == 200
    return Page(response.content.decode())


def text(language: str = "en", program: str = "practitioner-demo") -> str:
    return queries.newest(Program.objects.get(slug=program)).text_in(language).text


def english_parts() -> tuple[Part, ...]:
    return parts(text(), text())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def pdf_text(client: Client) -> str:
    response = client.get(PDF)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    with_pages = pypdfium2.PdfDocument(response.content)
    pages = [with_pages[place].get_textpage() for place in range(len(with_pages))]
    texts = [found.get_text_bounded() for found in pages]
    for found in pages:
        found.close()
    with_pages.close()
    return FOOTER.sub("", "\n".join(texts).replace("\r\n", "\n"))


def slug_of(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def first_page_of_pdf(client: Client) -> str:
    document = pypdfium2.PdfDocument(client.get(PDF).content)
    found = document[0].get_textpage()
    text = found.get_text_bounded()
    found.close()
    document.close()
    return " ".join(str(text).split())


@pytest.mark.usefixtures("program")
class TestOneText:
    def test_p8_page_and_pdf_say_the_same(self, client: Client) -> None:
        settle("fee=80", "registration.handbook=on", "retake_waits=14 days, 2 months")
        read = page(client)
        in_pdf = " ".join(words(pdf_text(client)))
        told = {name: " ".join(words(text)) for name, text in read.text_of.items()}
        titles = [section.title for part in english_parts() for section in part.sections]
        assert len(titles) > 15
        missing = [title for title in titles if told[slug_of(title)] not in in_pdf]
        assert missing == []

    def test_p8_a_changed_number_is_on_the_page_in_the_pdf_and_in_a_new_edition(self, client: Client) -> None:
        settle("fee=80", "entitlement_months=6")
        before = queries.newest(Program.objects.get())
        assert "One attempt costs 80 USD" in page(client).text
        settle("fee=95.50")
        after = queries.newest(Program.objects.get())
        assert "One attempt costs 95.50 USD" in page(client).text
        assert "One attempt costs 95.50 USD" in " ".join(pdf_text(client).split())
        assert (after.number, after.sha256 != before.sha256) == (before.number + 1, True)
        assert after.text_in("en").changes == [{"section": "What it costs", "what": "changed"}]
        assert f"Edition {after.number} of" in first_page_of_pdf(client)

    @pytest.mark.parametrize(
        ("assignment", "said"),
        [
            ("entitlement_months=9", "valid for 9 months"),
            ("stipend_use_days=45", "must be used within 45 days"),
            ("refunds=1 day: 100%, 30 days: 25%", "up to 1 day after the payment: all of it"),
            ("refunds=1 day: 100%, 30 days: 25%", "up to 30 days after the payment: 25 percent of it"),
            ("refunds=none", "Once an attempt has begun, its fee is not refunded."),
            ("transfers=payment", "a right to sit that you paid for to somebody else"),
            ("transfers=payment, voucher", "that you paid for, or had by a voucher, to somebody else"),
            ("teachers_see=nothing", "sees how far you are. They see no papers"),
            ("teachers_see=passed", "sees how far you are, and whether you pass."),
            ("teachers_see=points", "sees how far you are, whether you pass, and your points."),
            ("transfers=none", "Each person uses a code once. Once an attempt has begun"),
            ("retake_waits=3 days, 5 months", "after failure number 2 and every later one: 5 months"),
            ("support_contact=help@example.org", "Write to help@example.org about anything"),
            ("languages=en,ko", "offered in English and Korean"),
            ("identity_check=provider", "Your identity is checked by a provider of identity checks"),
        ],
    )
    def test_p8_every_setting_is_stated_as_it_is(self, client: Client, assignment: str, said: str) -> None:
        settle("fee=80", "identity_check=reviewed", "registration.identity=on", "entitlement_months=6", "stipend_use_days=90")
        settle("refunds=none", "transfers=none")
        settle(assignment)
        assert said in " ".join(page(client).text.split())

    def test_p8_the_numbers_of_the_exam_come_from_its_manifest(self, client: Client, bank: Path, tmp_path: Path) -> None:
        text = " ".join(page(client).text.split())
        for said in ("You have 5 hours.", "arrive within 15 minutes", "90 of 100 points", "36 months", "20 MiB", ".keras, .h5"):
            assert said in text
        manifest = BankManifest.model_validate_json((bank / "bank.json").read_bytes())
        exam = manifest.exam.model_copy(
            update={"version": "2030.2", "duration_minutes": 240, "grace_minutes": 20, "pass_mark": 75}
        )
        changed = tmp_path / "changed"
        changed.mkdir()
        for folder in ("public", "hidden"):
            (changed / folder).symlink_to(bank / folder)
        (changed / "bank.json").write_text(manifest.model_copy(update={"exam": exam}).model_dump_json())
        Program.objects.update(kind=ExamKind.DEMO.value)  # a bank of a live exam is not given away
        exams.publish(changed, ExamKind.DEMO, "tests")
        text = " ".join(page(client).text.split())
        for said in ("You have 4 hours.", "arrive within 20 minutes", "75 of 100 points"):
            assert said in text
        changes = [change["section"] for change in queries.newest(Program.objects.get()).text_in("en").changes]
        assert {"How the time runs", "What counts as submitted", "When you pass"} <= set(changes)

    def test_x16_the_retention_of_evidence_is_the_one_that_holds(self, client: Client, settings: Settings) -> None:
        settings.IDENTITY_RETENTION_DAYS = 17
        settle("identity_check=reviewed", "registration.identity=on")
        assert "17 days after the decision it is destroyed" in " ".join(page(client).text.split())

    def test_g5_the_embargoed_places_are_those_of_the_list_in_force(self, client: Client, data_dir: Path) -> None:
        settle("registration.eligibility=on")
        assert "These are Cuba, Iran, Syria, Sudan, North Korea and Crimea." in " ".join(page(client).text.split())
        (data_dir / "embargoes.toml").write_text('[[place]]\nname = "Atlantis"\ncountries = ["XX"]\n')
        assert "These are Atlantis." in " ".join(page(client).text.split())

    def test_s8_it_says_what_counts_as_submitted(self, client: Client) -> None:
        text = " ".join(page(client).text_of["what-counts-as-submitted"].split())
        assert "opened before the time is up" in text
        assert "if all of its bytes arrive within 15 minutes after that" in text

    def test_p7_it_says_what_no_decision_depends_on(self, client: Client) -> None:
        assert "age, race, religion, gender, nationality, military status or disability" in page(client).text

    def test_steps_that_are_switched_off_are_not_asked_for(self, client: Client) -> None:
        assert "You need an account, and nothing else" in page(client).text
        settle("registration.terms=on")
        text = page(client).text
        assert ("You accept the terms" in text, "Your legal name" in text, "Identity is not checked" in text) == (
            True,
            False,
            True,
        )

    def test_the_pdf_is_tagged_dated_and_the_same_every_time(self, client: Client) -> None:
        first = client.get(PDF).content
        assert first == client.get(PDF).content
        assert (b"/StructTreeRoot" in first, b"/Lang" in first) == (True, True)
        assert b"pdfuaid" in first

    def test_what_an_operator_writes_is_never_markup(self, client: Client, settings: Settings) -> None:
        settings.ORGANISATION = "<b>A*B*</b> & #panic [x](javascript:y)"
        read = page(client)
        assert read.problems == []
        assert settings.ORGANISATION in " ".join(read.text.split())
        assert "<b>A*B*</b>" in pdf_text(client)

    def test_a_text_without_letters_in_the_pdf_leads_back_to_the_page(self, client: Client, settings: Settings) -> None:
        settings.ORGANISATION = "กิลด์มาร์ก"
        response = client.get(PDF, follow=True)
        assert (response.status_code, response.redirect_chain) == (200, [(HANDBOOK, 302)])
        assert "There is no PDF of this handbook in its script yet." in response.content.decode()

    def test_the_page_is_well_formed(self, owner: Client) -> None:
        settle("registration.handbook=on")
        settle("fee=5")
        read = page(owner)
        assert (read.problems, read.labels_missing) == ([], [])

    def test_a_program_without_a_version_has_no_handbook(self, client: Client) -> None:
        assert client.get("/handbook/nothing/").status_code == 404
        assert client.get("/handbook/nothing.pdf").status_code == 404


@pytest.mark.usefixtures("program")
class TestEditions:
    def test_p8_publishing_writes_the_first_edition(self) -> None:
        edition = Edition.objects.get()
        assert (edition.number, edition.languages, edition.text_in("en").changes) == (1, ("en",), [])
        assert edition.program.slug == "practitioner-demo"

    def test_reading_makes_no_edition_while_nothing_changes(self, client: Client) -> None:
        page(client)
        page(client)
        assert Edition.objects.count() == 1

    def test_the_language_of_a_reader_makes_no_edition(self, client: Client) -> None:
        for language in ("ko", "zh-hans"):
            response = client.get(HANDBOOK, headers={"Accept-Language": language})
            assert (response.status_code, response["Content-Language"]) == (200, language)
        assert Edition.objects.count() == 1

    def test_p8_a_text_that_changed_by_itself_becomes_an_edition_when_it_is_read(self, client: Client) -> None:
        Edition.objects.update(sha256="0" * 64)
        EditionText.objects.update(text="# Part\n\n## Old\n\nold\n")
        page(client)
        newest = queries.newest(Program.objects.get())
        assert (newest.number, newest.text_in("en").changes[-1]) == (2, {"section": "Old", "what": "gone"})

    def test_an_edition_is_audited_and_dated(self, stopped_clock: object) -> None:
        settle("fee=3")
        newest = queries.newest(Program.objects.get())
        assert newest.written_at == stopped_clock.at  # type: ignore[attr-defined]
        assert Entry.objects.filter(action="handbook.edition").count() == 2

    def test_p8_an_edition_that_held_once_can_still_be_read(self, client: Client) -> None:
        settle("fee=3")
        read = Page(client.get(f"{HANDBOOK}1/").content.decode())
        assert (read.problems, "This edition no longer holds." in read.text, "is free" in read.text) == ([], True, True)
        assert f"{HANDBOOK}1/?language=en" in [attributes.get("href") for _tag, attributes in page(client).tags]
        assert client.get(f"{HANDBOOK}2/")["Location"] == HANDBOOK
        assert client.get(f"{HANDBOOK}3/").status_code == 404

    def test_going_back_to_an_earlier_text_is_an_edition_too(self) -> None:
        first = Edition.objects.get().sha256
        settle("fee=3")
        settle("fee=0")
        assert [edition.sha256 == first for edition in Edition.objects.order_by("number")] == [True, False, True]

    def test_differences_are_told_by_section(self) -> None:
        before = "# P\n\n## A\n\na\n\n## B\n\nb\n\n## C\n\nc\n"
        after = "# P\n\n## A\n\na\n\n## B\n\nx\n\n## D\n\nd\n"
        assert differences(before, after) == [
            {"section": "B", "what": "changed"},
            {"section": "D", "what": "new"},
            {"section": "C", "what": "gone"},
        ]


@pytest.mark.usefixtures("program")
class TestAcknowledging:
    def give(self, browser: Client, number: int = 2, **fields: str) -> None:
        browser.post(f"{HANDBOOK}acknowledge/", {"number": str(number), "read": "yes", **fields})

    @pytest.fixture(autouse=True)
    @staticmethod
    def _asked(program: str) -> None:
        assert settle("registration.handbook=on").slug == program

    def test_p8_it_is_kept_with_edition_and_date(self, owner: Client, candidate: User) -> None:
        program = Program.objects.get()
        assert queries.has_acknowledged(user=candidate, program=program) is False
        self.give(owner)
        assert queries.has_acknowledged(user=candidate, program=program) is True
        given = Acknowledgement.objects.get()
        assert (given.user, given.edition.number) == (candidate, 2)
        assert "You have acknowledged this edition." in page(owner).text

    def test_p8_a_new_edition_asks_again(self, owner: Client, candidate: User) -> None:
        self.give(owner)
        settle("fee=7")
        assert queries.has_acknowledged(user=candidate, program=Program.objects.get()) is False
        assert "I have read edition 3" in page(owner).text

    def test_p8_an_edition_that_no_longer_holds_cannot_be_acknowledged(self, owner: Client) -> None:
        settle("fee=7")
        response = owner.post(f"{HANDBOOK}acknowledge/", {"number": "2", "read": "yes"}, follow=True)
        assert "The handbook has changed since this page was opened. Read what changed" in response.content.decode()
        assert Acknowledgement.objects.count() == 0

    @pytest.mark.parametrize("elsewhere", ["foo", "//evil.example/", "https://evil.example/", "web:handbook", "javascript:x"])
    def test_next_that_is_no_address_of_this_site_is_left_out(self, owner: Client, elsewhere: str) -> None:
        settle("registration.handbook=on")
        number = str(queries.newest(Program.objects.get()).number)
        response = owner.post(f"{HANDBOOK}acknowledge/", {"number": number, "read": "yes", "next": elsewhere})
        assert (response.status_code, response["Location"]) == (302, HANDBOOK)

    @pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "٣"])
    def test_a_number_of_no_edition_is_no_acknowledgement(self, owner: Client, number: str) -> None:
        response = owner.post(f"{HANDBOOK}acknowledge/", {"number": number, "read": "yes"})
        assert (response.status_code, Acknowledgement.objects.count()) == (302, 0)

    def test_a_box_that_is_not_ticked_is_no_acknowledgement(self, owner: Client) -> None:
        for fields in ({"number": "2"}, {"read": "yes"}, {"number": "x", "read": "yes"}):
            response = owner.post(f"{HANDBOOK}acknowledge/", fields, follow=True)
            assert "Tick the box below the handbook" in response.content.decode()
        assert Acknowledgement.objects.count() == 0

    def test_a_box_that_is_not_ticked_forgets_not_where_its_reader_came_from(self, owner: Client) -> None:
        fields = {"number": "2", "next": "/transfers/1/"}
        response = owner.post(f"{HANDBOOK}acknowledge/", fields)
        assert response["Location"] == f"{HANDBOOK}?next=%2Ftransfers%2F1%2F"

    def test_giving_it_twice_keeps_it_once(self, owner: Client) -> None:
        self.give(owner)
        self.give(owner)
        assert (Acknowledgement.objects.count(), Entry.objects.filter(action="handbook.acknowledged").count()) == (1, 1)

    def test_a_visitor_signs_in_first(self, client: Client) -> None:
        response = client.post(f"{HANDBOOK}acknowledge/", {"number": "2", "read": "yes"})
        assert (response.status_code, "/accounts/login/" in response["Location"]) == (302, True)
        assert "Sign in to acknowledge this edition" in page(client).text

    def test_it_leads_back_into_registration_and_nowhere_else(self, owner: Client) -> None:
        give = {"number": "2", "read": "yes"}
        assert owner.post(f"{HANDBOOK}acknowledge/", {**give, "next": "/exam/"})["Location"] == "/exam/"
        for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
            assert owner.post(f"{HANDBOOK}acknowledge/", {**give, "next": elsewhere})["Location"] == HANDBOOK


@pytest.mark.usefixtures("program")
class TestLetters:
    @pytest.fixture
    def letters(self) -> Callable[[], list[tuple[list[str], str, str]]]:
        def sent() -> list[tuple[list[str], str, str]]:
            Runner().run_due()
            return [(letter.to, letter.subject, str(letter.body)) for letter in outgoing.outbox]

        return sent

    @pytest.mark.usefixtures("stranger")
    def test_p8_those_registered_are_told_what_changed(
        self, candidate: User, letters: Callable[[], list[tuple[list[str], str, str]]]
    ) -> None:
        Entitlement.objects.create(user=candidate, program=Program.objects.get(), source="test", granted_at=clock.now())
        settle("fee=7")
        ((to, subject, body),) = letters()
        assert (to, subject) == ([candidate.email], "The handbook of Machine Learning Practitioner has changed")
        assert "- What it costs\n" in body
        assert "/handbook/practitioner-demo/" in body

    def test_p8_who_acknowledged_and_has_not_begun_is_told_too(
        self, candidate: User, letters: Callable[[], list[tuple[list[str], str, str]]]
    ) -> None:
        services.acknowledge(user=candidate, program=Program.objects.get(), number=1, now=clock.now())
        settle("fee=7")
        assert [to for to, _subject, _body in letters()] == [[candidate.email]]

    @pytest.mark.usefixtures("running")
    def test_who_sits_already_is_left_in_peace(self, letters: Callable[[], list[tuple[list[str], str, str]]]) -> None:
        settle("fee=7")
        assert letters() == []

    @pytest.mark.usefixtures("stranger")
    def test_nobody_else_is_told(self, letters: Callable[[], list[tuple[list[str], str, str]]]) -> None:
        settle("fee=7")
        assert letters() == []


@pytest.mark.usefixtures("program")
def test_comments_in_the_list_of_packages_are_no_headings(client: Client) -> None:
    version = Program.objects.get().versions.get()
    manifest = version.bank.model_copy(update={"requirements": "# What is needed\ntensorflow==2.21.0\n\n## And\n```\nnumpy\n"})
    version.manifest = manifest.model_dump_json()
    version.save()
    read = page(client)
    assert "# What is needed\ntensorflow==2.21.0" in read.text_of["the-packages"]
    assert "Any other environment" in read.text_of["the-packages"]
    assert [part.title for part in english_parts()] == [
        "Candidate handbook",
        "Environment guide",
    ]
