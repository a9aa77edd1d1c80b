"""Names of people in any script, and names that only organisations have."""

# ruff: noqa: RUF001 - letters that look alike are what these tests are about

import pytest

from guildmark.rules.names import is_latin, mark_of_organisation

PEOPLE = [
    "Ada Lovelace",
    "María José Núñez de la Cruz",
    "Kumar S.A.",
    "Ramesh B.V.",
    "Maria Sá",
    "Francesc Company",
    "Li Co",
    "Ag Sa",
    "Incoronata Limiti",
    "O’Brien-Smith",
    "Nguyễn Thị Minh Khai",
    "김민준",
    "王小明",
    "Иван Петров",
    "محمد علي",
    "ʻOkoa Kealoha",
]
ORGANISATIONS = [
    ("Acme Ltd", "Ltd"),
    ("ACME LTD.", "LTD"),
    ("Acme Holdings Limited", "Limited"),
    ("Beispiel GmbH & Co. KG", "& Co"),
    ("Beispiel GmbH", "GmbH"),
    ("Esempio S.p.A.", "S.p.A."),
    ("Esempio S.r.l.", "S.r.l."),
    ("Příklad, s.r.o.", "s.r.o."),
    ("Modellbau e. V.", "e. V."),
    ("Acme, Inc.", "Inc"),
    ("University of Somewhere", "University"),
    ("주식회사 예시", "주식회사"),
    ("㈜예시", "(주)"),
    ("（주）예시", "(주)"),
    ("株式会社例", "株式会社"),
    ("示例有限公司", "有限公司"),
    ("ООО Пример", "ООО"),
]


@pytest.mark.parametrize("name", PEOPLE)
def test_p6_a_persons_name_bears_no_mark_of_an_organisation(name: str) -> None:
    assert not mark_of_organisation(name)


@pytest.mark.parametrize(("name", "mark"), ORGANISATIONS)
def test_p6_the_mark_of_an_organisation_is_found_as_it_was_written(name: str, mark: str) -> None:
    assert mark_of_organisation(name) == mark


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Ada Lovelace", True),
        ("Nguyễn Thị Minh Khai", True),
        ("O’Brien-Smith, Jr.", True),
        ("ʻOkoa", True),
        ("Ａｄａ", True),
        ("김민준", False),
        ("Kim 민준", False),
        ("Иван", False),
        ("Αda", False),  # the first letter is Greek
        ("123", False),
        ("", False),
    ],
)
def test_g3_the_script_of_a_name_is_told_by_its_letters(name: str, *, latin: bool) -> None:
    assert is_latin(name) == latin
