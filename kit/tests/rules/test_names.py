"""Names of people in any script, and names that only organisations have."""

# ruff: noqa: RUF001 - letters that look alike are what these tests are about

import pytest

from guildmark.rules.names import MOST_MARKS, hidden_characters, is_latin, mark_of_organisation, signs_of_no_name

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


@pytest.mark.parametrize(
    "name",
    [
        *PEOPLE,
        "Conan O'Brien-Smith, Jr.",
        "Zoë Łukasiewicz",
        "Ferran Soldevila i Paral·lel",
        "买买提·艾力",
        "ジョン・スミス",
        "佐々木 健",
        "Ravi a/l Kumar",
        "John Smith 3rd",
        "Elizabeth Ⅱ",
        "Mª José",
        "می\u200cرود",
        "बि॰ के॰ सिंह",
        "བསྟན་འཛིན",
        "ณัฐ",
        "ז׳בוטינסקי",
        "Nguye\u0302\u0303n",
    ],
)
def test_g3_names_of_every_script_have_nothing_strange(name: str) -> None:
    assert signs_of_no_name(name) == ()


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("ada@example.org", ("@",)),
        ("Ada 😀", ("😀",)),
        ("😀", ("😀",)),
        ("<script>x</script>", ("<", ">", "<", ">")),
        ("12345", ("1", "2", "3", "4", "5")),
        (". -", (".", "-")),
        ("Ada_Lovelace", ("_",)),
        ("Ada & Charles", ("&",)),
        ("", ()),
    ],
)
def test_g3_what_stands_in_no_name_is_found(name: str, signs: tuple[str, ...]) -> None:
    assert signs_of_no_name(name) == signs


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        *((blank, blank) for blank in "\u3164\u200c\u2800\u034f\u115f\uffa0\u202e\u200b"),
        ("Ada\u202ecalevoL", "\u202e"),
        ("Ada \u200dLovelace", "\u200d"),
        ("a" + "\u0301" * MOST_MARKS, ""),
        ("a" + "\u0301" * (MOST_MARKS + 1), "\u0301"),
        ("می\u200cرود", ""),
        ("രാജന്\u200d", ""),
        ("བསྒྲུབས", ""),
        ("Nguye\u0302\u0303n", ""),
        ("Ada Lovelace", ""),
    ],
    ids=ascii,
)
def test_g3_what_nobody_sees_in_a_name_is_found(text: str, hidden: str) -> None:
    assert hidden_characters(text) == frozenset(hidden)


@pytest.mark.parametrize("name", ["ª", "\u3164", "\u2800", "\u034f", "\u0301" * 5], ids=ascii)
def test_g3_what_has_no_letter_is_no_name(name: str) -> None:
    assert signs_of_no_name(name) == tuple(name)
