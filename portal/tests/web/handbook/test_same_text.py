"""Every language of a handbook states what the English text states: the same sections, numbers and code."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from django.test import Client
from portal.tests.web.handbook.reading import (
    FENCES,
    FULL,
    OTHERS,
    PDF,
    STEPS,
    facts_of,
    latin_words,
    newest,
    page,
    pages_of,
    sections,
    settle,
)
from pytest_django import Settings

from guildmark.cli import app as client
from guildmark.protocol import ExamKind
from guildmark.rules.counting import Counts
from guildmark.rules.feedback import Feedback
from guildmark.rules.scoring import PassRule
from guildmark_portal.exams.models import Program
from guildmark_portal.handbook.contents import contents
from guildmark_portal.handbook.text import parts, render

STAYS = frozenset({"CPU", "GPU", "Guildmark", "Lambda", "MiB", "Practitioner", "Python", "SavedModel", "TensorFlow", "USD"})
STAYS |= {"UTC", "h5", "keras", "pip", "shape", "zip"}
"""What is written in Latin letters in every language: names, formats, units."""
NOTHING = (
    "fee=0",
    "identity_check=none",
    *(f"registration.{step}=off" for step in STEPS),
    *(f"{key}=none" for key in ("entitlement_months", "stipend_use_days", "retake_waits")),
)
POLICIES = {
    "everything": FULL,
    "nothing": NOTHING,
    "by a provider": (*FULL, "identity_check=provider", "stipend_applications_a_year=3", "support_contact=help@example.org"),
    "in a window": (
        *FULL,
        "opens_at=2030-02-01 09:00",
        "closes_at=2030-02-10 18:00",
        "registration_closes_at=2030-01-31 00:00",
    ),
    "no waits": (*FULL, "retake_waits=none", "entitlement_months=none", "support_contact=https://example.org/help"),
}


class TestSameText:
    @pytest.mark.parametrize("language", OTHERS)
    @pytest.mark.parametrize("asked", POLICIES.values(), ids=POLICIES)
    @pytest.mark.usefixtures("program")
    def test_p8_every_language_states_what_the_english_text_states(
        self, language: str, asked: tuple[str, ...], settings: Settings
    ) -> None:
        settings.IDENTITY_REVIEWERS = 2
        settle(*asked)
        edition = newest()
        english, other = edition.text_in("en").text, edition.text_in(language).text
        there = [[len(part.sections) for part in parts(text, english)] for text in (english, other)]
        assert there[0] == there[1]
        pairs = list(zip(sections(english, english), sections(other, english), strict=True))
        assert {one.title: facts_of(one.body) for one, _same in pairs} == {
            one.title: facts_of(same.body) for one, same in pairs
        }
        assert [one.anchor for one, _same in pairs] == [same.anchor for _one, same in pairs]
        assert [one.title for one, same in pairs if one.title == same.title] == []
        assert latin_words(other) - STAYS == set()

    @pytest.mark.parametrize("language", OTHERS)
    @pytest.mark.parametrize(("kind", "feedback"), [(ExamKind.LIVE, Feedback.SCORE), (ExamKind.MOCK, Feedback.VERDICT)])
    def test_p8_so_do_other_kinds_of_exams(
        self, publish: Callable[..., Program], language: str, kind: ExamKind, feedback: Feedback
    ) -> None:
        settled = {"pass_rule": PassRule.ALL_FULL, "counts": Counts.LAST, "feedback": feedback}
        version = publish(duration_minutes=90, grace_minutes=1, **settled).versions.get()
        version.program.kind = kind.value
        english, other = (render(contents(version, spoken), spoken) for spoken in ("en", language))
        pairs = zip(sections(english, english), sections(other, english), strict=True)
        assert [one.title for one, same in pairs if facts_of(one.body) != facts_of(same.body)] == []
        assert latin_words(other) - STAYS == set()

    @pytest.mark.parametrize(
        ("exam", "said", "unsaid"),
        [
            ({}, ["The best submission of a category counts.", "how far the next point is."], ["The last submission"]),
            ({"counts": Counts.LAST}, ["The last submission of a category that was graded counts,"], ["The best submission"]),
            ({"feedback": Feedback.SCORE}, ["You see the score at once."], ["how far the next point is"]),
            ({"feedback": Feedback.VERDICT}, ["the score with the result."], ["the score at once"]),
        ],
    )
    def test_x1_which_submission_counts_and_what_is_told_of_it_is_said_as_the_exam_does_it(
        self, publish: Callable[..., Program], exam: dict[str, object], said: list[str], unsaid: list[str]
    ) -> None:
        text = render(contents(publish(**exam).versions.get(), "en"), "en")
        assert ([part for part in said if part not in text], [part for part in unsaid if part in text]) == ([], [])

    @pytest.mark.usefixtures("program")
    def test_p8_the_terminals_commands_can_be_copied_as_they_stand(self, settings: Settings) -> None:
        commands = FENCES.findall(newest().text_in("en").text)[-1].splitlines()[1:-1]
        assert commands[:2] == ['pip install "guildmark[check]"', f"guildmark login --server {settings.PORTAL_URL}"]
        known = typer.main.get_command(client).commands
        for line in commands[2:]:
            program, verb, *rest = line.split()
            assert (program, verb in known) == ("guildmark", True)
            known[verb].make_context(verb, rest)  # refuses one that lacks a parameter

    @pytest.mark.usefixtures("program")
    def test_p8_what_is_said_in_words_is_said_in_the_language(self) -> None:
        said = {
            "en": [
                "**5 hours**",
                "within **15 minutes**",
                "2: 1 month",
                "later one: 2 years",
                "English, Korean and Chinese (simplified)",
                "Cuba, Iran",
            ],
            "ko": [
                "**5시간**",
                "**15분** 안에",
                "2번째 불합격: 1개월",
                "그 이후 불합격: 2년",
                "영어, 한국어 및 중국어(간체)",
                "쿠바, 이란",
            ],
            "zh-Hans": [
                "**5 小时**",
                "**15 分钟** 之内",
                "未通过之后：1 个月",  # noqa: RUF001
                "未通过之后：2 年",  # noqa: RUF001
                "英语、韩语和中文（简体）",  # noqa: RUF001
                "古巴、伊朗",
            ],
        }
        texts = {language: newest().text_in(language).text for language in said}
        assert {language: [part for part in told if part not in texts[language]] for language, told in said.items()} == {
            language: [] for language in said
        }

    @pytest.mark.usefixtures("program")
    def test_p8_page_and_pdf_say_that_english_prevails(self, client: Client) -> None:
        said = {
            "en": "Where the languages of this handbook differ, the English text prevails.",
            "ko": "이 안내서의 언어별 내용이 서로 다를 때에는 영어 원문이 우선합니다.",
            "zh-Hans": "本手册各语言版本不一致时，以英文原文为准。",  # noqa: RUF001
        }
        for language, sentence in said.items():
            assert sentence in page(client, **{"Accept-Language": language}).text
            assert sentence in pages_of(client.get(f"{PDF}?language={language}").content)[0]

    @pytest.mark.parametrize(("language", "word"), [("en", "embargoed"), ("ko", "거래 제한"), ("zh-Hans", "受制裁")])
    def test_p8_a_list_of_embargoed_places_may_be_empty(
        self, program: Program, language: str, word: str, data_dir: Path
    ) -> None:
        assert word in render(contents(program.versions.get(), language), language)
        (data_dir / "embargoes.toml").write_text("place = []\n")
        assert word not in render(contents(program.versions.get(), language), language)
