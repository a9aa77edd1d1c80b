"""The language of whoever reads: what is held, what a program tells, what the environment says."""

import os
from pathlib import Path

import pytest

from guildmark import i18n
from guildmark.i18n import _, in_language, language, plural

NAMES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch.setenv


@pytest.fixture(autouse=True)
def nobody_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever program runs in this process besides: afterwards it is followed again."""
    monkeypatch.setattr(i18n, "_asked", lambda: None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ko_KR.UTF-8", "ko"),
        ("ko", "ko"),
        ("ko_KR@hangul", "ko"),
        ("zh_CN.UTF-8", "zh_Hans"),
        ("zh_SG", "zh_Hans"),
        ("zh-hans", "zh_Hans"),
        ("zh_Hans_CN", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("zh_TW.UTF-8", "en"),  # whoever reads traditional letters is not given the others unasked
        ("en_GB.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("de_DE", "en"),
        ("", "en"),
        ("korean", "en"),
    ],
)
def test_the_environment_names_the_language(environment, said, expected) -> None:
    environment("LANG", said)
    assert language() == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("de:ko", "ko"), ("en:ko", "en"), ("zh_CN:ko", "zh_Hans"), ("de:fr", "en"), (":", "en"), ("de:C:ko", "en")],
)
def test_a_list_names_what_somebody_would_rather_read(environment, said, expected) -> None:
    environment("LANGUAGE", said)
    assert language() == expected


def test_the_first_variable_that_is_set_decides(environment) -> None:
    environment("LANG", "ko_KR.UTF-8")
    environment("LC_ALL", "zh_CN.UTF-8")
    assert language() == "zh_Hans"
    environment("LANGUAGE", "ko")
    assert language() == "ko"


def test_sentences_are_translated_and_unknown_ones_stay(environment) -> None:
    environment("LANG", "ko_KR.UTF-8")
    assert _("Something went wrong.") == "문제가 발생했습니다."
    assert _("A sentence that nobody wrote.") == "A sentence that nobody wrote."
    assert plural("one thing", "{n} things", 2) == "{n} things"


def test_a_program_tells_the_language_of_its_readers(environment) -> None:
    environment("LANG", "ko_KR.UTF-8")
    asked = ["zh-hans"]
    i18n.follow(lambda: asked[0])
    assert language() == "zh_Hans"
    asked[0] = "en"
    assert language() == "en"
    asked[0] = None
    assert language() == "ko"


def test_a_language_is_held_for_as_long_as_its_context(environment) -> None:
    environment("LANG", "ko_KR.UTF-8")
    with in_language("en"):
        assert _("Something went wrong.") == "Something went wrong."
        with in_language("zh_Hans"):
            assert language() == "zh_Hans"
        assert language() == "en"
    assert language() == "ko"


def test_every_catalogue_of_the_kit_is_there() -> None:
    folder = Path(i18n.__file__).parent / "locale"
    assert sorted(os.listdir(folder)) == ["ko", "zh_Hans"]  # noqa: PTH208
