"""Whoever reads a handbook reads it in their language: on the page, when they acknowledge it, and in letters."""

from collections.abc import Callable

import pytest
from django.core import mail as outgoing
from django.test import Client
from django.utils.translation import override
from portal.tests.platform.written_afresh import write_afresh
from portal.tests.web.handbook.reading import EXAM, HANDBOOK, PDF, STEPS, newest, page, settle
from portal.tests.web.html_reading import Page

from guildmark_portal import clock
from guildmark_portal.accounts import personal_data
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Program
from guildmark_portal.handbook import queries, services
from guildmark_portal.handbook.models import Acknowledgement
from guildmark_portal.jobs.runner import Runner

WHO = {"en": "Who can take the exam", "ko": "응시 자격", "zh-Hans": "谁可以参加考试"}


@pytest.mark.usefixtures("program")
class TestPage:
    @pytest.mark.parametrize(("asked", "shown"), [("ko", "ko"), ("zh-CN", "zh-Hans"), ("de", "en"), ("en", "en")])
    def test_p8_it_is_in_the_language_of_its_reader(self, client: Client, asked: str, shown: str) -> None:
        read = page(client, **{"Accept-Language": asked})
        assert WHO[shown] in read.text_of["who-can-take-the-exam"]
        assert read.problems == []

    @pytest.mark.parametrize(("language", "shown"), [("ko", "ko"), ("zh-hans", "zh-Hans"), ("xx", "en"), ("", "en")])
    def test_p8_a_language_can_be_asked_for_by_the_address(self, client: Client, language: str, shown: str) -> None:
        read = page(client, f"?language={language}", **{"Accept-Language": "en"})
        assert WHO[shown] in read.text_of["who-can-take-the-exam"]
        assert "Edition" in read.text

    def test_p8_it_leads_to_the_other_languages_and_to_the_pdf_in_its_own(self, client: Client) -> None:
        read = page(client, "?language=ko")
        links = {attributes.get("href"): attributes.get("hreflang") for tag, attributes in read.tags if tag == "a"}
        assert {language: hreflang for language, hreflang in links.items() if hreflang} == {
            "?language=en": "en",
            "?language=zh-Hans": "zh-Hans",
        }
        assert f"{PDF}?language=ko" in links
        assert ("div", {"class": "document-text", "lang": "ko"}) in read.tags

    def test_p8_changes_lead_to_their_sections_in_every_language(self, client: Client) -> None:
        settle("fee=81")
        for language, title in (("en", "What it costs"), ("ko", "응시료"), ("zh-Hans", "费用")):
            read = page(client, f"?language={language}")
            assert ("a", {"href": "#what-it-costs", "lang": language}) in read.tags
            assert title in read.text_of["what-it-costs"]
            assert "what-it-costs" in read.ids

    def test_p8_an_earlier_edition_can_be_read_in_its_languages(self, client: Client) -> None:
        number = newest().number
        settle("languages=en", "fee=81")
        assert "응시자 안내서" in Page(client.get(f"{HANDBOOK}{number}/?language=ko").content.decode()).text
        assert "응시 자격" not in page(client, "?language=ko").text

    def test_where_there_is_english_alone_no_language_is_offered(self, client: Client) -> None:
        settle("languages=en")
        read = page(client)
        assert [attributes for _tag, attributes in read.tags if attributes.get("hreflang")] == []
        assert "prevails" in read.text_of["languages-of-this-handbook"]


@pytest.mark.usefixtures("program")
def test_x17_pages_around_an_exam_name_it_in_the_readers_language(owner: Client, candidate: User) -> None:
    settle("fee=0", "identity_check=none", *(f"registration.{step}=off" for step in STEPS))
    attempt = exams.open_attempt(user=candidate, program="practitioner-demo", now=clock.now())
    owner.cookies["django_language"] = "ko"
    for address in ("/register/", f"/exam/{attempt.pk}/place/", "/help/new/"):
        said = owner.get(address).content.decode()
        assert (EXAM["ko"] in said, EXAM["en"] in said) == (True, False), address


class TestAcknowledging:
    def give(self, browser: Client, **fields: str) -> None:
        browser.post(f"{HANDBOOK}acknowledge/", {"number": str(newest().number), "read": "yes", **fields})

    def test_p8_an_edition_is_acknowledged_in_the_language_that_was_read(
        self, owner: Client, candidate: User, program: Program
    ) -> None:
        read = page(owner, "?language=ko")
        assert ("input", {"type": "hidden", "name": "language", "value": "ko"}) in read.tags
        self.give(owner, language="ko")
        given = Acknowledgement.objects.get()
        assert (given.user, given.edition, given.language) == (candidate, newest(), "ko")
        assert queries.has_acknowledged(user=candidate, program=program) is True
        assert "You have acknowledged this edition." in page(owner, "?language=zh-Hans").text
        entry = Entry.objects.get(action="handbook.acknowledged")
        assert entry.detail == {"number": newest().number, "language": "ko"}
        (kept,) = next(part.export(candidate) for part in personal_data.parts() if part.name == "handbook")
        assert kept["language"] == "ko"

    @pytest.mark.usefixtures("program")
    def test_p8_a_language_that_the_edition_does_not_have_was_not_read(self, owner: Client) -> None:
        settle("languages=en,ko")
        self.give(owner, language="zh-Hans")
        self.give(owner, language="xx" * 50)
        assert Acknowledgement.objects.count() == 0


@pytest.mark.usefixtures("program")
class TestLetters:
    @pytest.fixture
    def letter(self, candidate: User) -> Callable[[], tuple[str, str]]:
        def sent() -> tuple[str, str]:
            Runner().run_due()
            (written,) = outgoing.outbox
            return written.subject, str(written.body)

        services.acknowledge(user=candidate, program=Program.objects.get(), number=newest().number, now=clock.now())
        return sent

    @pytest.mark.parametrize(
        ("language", "subject", "section"),
        [
            ("ko", "머신러닝 실무의 안내서가 변경되었습니다", "- 응시료\n"),
            ("zh-hans", "机器学习实践 的手册已有变更", "- 费用\n"),
            ("", "The handbook of Machine learning in practice has changed", "- What it costs\n"),
        ],
    )
    def test_p8_changes_are_told_in_the_language_of_the_account(
        self, candidate: User, letter: Callable[[], tuple[str, str]], language: str, subject: str, section: str
    ) -> None:
        User.objects.filter(pk=candidate.pk).update(language=language)
        with override("zh-hans" if language == "ko" else "ko"):  # that of the operator, which is no concern of theirs
            settle("fee=81")
        told, body = letter()
        assert (told, section in body) == (subject, True)
        write_afresh(candidate.email, to="new@example.org")
        assert (outgoing.outbox[1].to, outgoing.outbox[1].body) == (["new@example.org"], body)

    def test_p8_who_reads_what_did_not_change_is_told_so(
        self, candidate: User, program: Program, letter: Callable[[], tuple[str, str]]
    ) -> None:
        User.objects.filter(pk=candidate.pk).update(language="en")
        version = program.versions.get()
        version.manifest = version.manifest.replace('"ko":"회귀"', '"ko":"회귀 분석"')
        version.save()
        services.keep_edition(program=Program.objects.get(), now=clock.now())
        assert "- only its text in another language\n" in letter()[1]
