"""One edition holds the texts of all languages: any of them that changes makes a new one."""

import pytest
from portal.tests.web.handbook.reading import newest, settle

from guildmark_portal import clock
from guildmark_portal.exams.models import Program
from guildmark_portal.handbook import services
from guildmark_portal.handbook.models import Edition
from guildmark_portal.handbook.text import digest, translated

CHANGE = {"section": "A", "what": "new"}


class TestEditions:
    @pytest.mark.parametrize(
        ("languages", "kept"),
        [("en", ("en",)), ("ko", ("en", "ko")), ("zh-Hans,ko", ("en", "ko", "zh-Hans")), ("en,de", ("en",))],
    )
    @pytest.mark.usefixtures("program")
    def test_p8_an_edition_keeps_english_and_what_its_program_offers(self, languages: str, kept: tuple[str, ...]) -> None:
        settle(f"languages={languages}")
        assert newest().languages == kept

    @pytest.mark.usefixtures("program")
    def test_p8_a_changed_setting_is_one_new_edition_told_in_every_language(self) -> None:
        before = newest()
        settle("fee=95.50")
        edition = newest()
        assert edition.number == before.number + 1
        assert {language: edition.text_in(language).changes for language in edition.languages} == {
            "en": [{"section": "What it costs", "what": "changed"}],
            "ko": [{"section": "응시료", "what": "changed"}],
            "zh-Hans": [{"section": "费用", "what": "changed"}],
        }
        assert edition.sha256 == digest({language: edition.text_in(language).text for language in edition.languages})

    def test_p8_a_changed_translation_alone_is_a_new_edition_too(self, program: Program) -> None:
        before = newest()
        version = program.versions.get()
        title = {**version.bank.exam.categories[0].title, "ko": "회귀 분석"}
        version.manifest = version.manifest.replace('"ko":"회귀"', f'"ko":"{title["ko"]}"')
        version.save()
        edition = services.keep_edition(program=Program.objects.get(), now=clock.now())
        assert edition.number == before.number + 1
        assert [edition.text_in(language).changes for language in ("en", "zh-Hans")] == [[], []]
        assert [change["section"] for change in edition.text_in("ko").changes] == ["시험 내용", "제출하는 파일"]

    @pytest.mark.usefixtures("program")
    def test_p8_a_language_that_comes_new_tells_the_changes_of_the_english_text(self) -> None:
        settle("languages=en")
        settle("languages=en,ko", "fee=81")
        titles = ["How you register", "What it costs", "Languages of this handbook"]
        assert [change["section"] for change in newest().text_in("en").changes] == titles
        assert [change["section"] for change in newest().text_in("ko").changes] == ["등록 방법", "응시료", "이 안내서의 언어"]

    def test_what_is_gone_keeps_the_title_that_it_had(self) -> None:
        changes = [{"section": "A", "what": "changed"}, {"section": "B", "what": "gone"}]
        assert translated(changes, "# P\n\n## A\n\na\n", "# 부\n\n## 가\n\n가\n") == [
            {"section": "가", "what": "changed"},
            {"section": "B", "what": "gone"},
        ]

    def test_the_digest_tells_texts_and_languages_apart(self) -> None:
        texts = [{"en": "a"}, {"en": "a", "ko": "b"}, {"en": "a", "zh-Hans": "b"}, {"en": "b", "ko": "a"}, {"en": "ab"}]
        assert len({digest(each) for each in texts}) == len(texts)
        assert digest({"en": "a", "ko": "b", "zh-Hans": "c"}) == digest({"zh-Hans": "c", "ko": "b", "en": "a"})

    @pytest.mark.usefixtures("transactional_db")
    def test_p8_editions_of_before_are_kept_as_english_ones(self) -> None:
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        first = ("handbook", "0001_initial")
        leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
        exams = [leaf for leaf in leaves if leaf[0] == "exams"]
        try:
            MigrationExecutor(connection).migrate([first])
            there = MigrationExecutor(connection).loader.project_state([first, *exams]).apps
            program = there.get_model("exams", "Program").objects.create(
                slug="old", title="Old", kind="demo", created_at=clock.now()
            )
            there.get_model("handbook", "Edition").objects.create(
                program=program, number=1, sha256="0" * 64, text="# P\n", changes=[CHANGE], written_at=clock.now()
            )
        finally:
            MigrationExecutor(connection).migrate(leaves)
        (kept,) = Edition.objects.get().texts.all()
        assert (kept.language, kept.text, kept.changes) == ("en", "# P\n", [CHANGE])
