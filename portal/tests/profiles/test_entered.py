"""Names and addresses that people enter: what is taken, and what is refused beside which field."""

import pytest
from django.utils.translation import override

from guildmark.rules.eligibility import Place
from guildmark_portal.profiles.countries import COUNTRIES, choices
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, FullName, Problems, tidy
from guildmark_portal.profiles.regions import REGIONS

WHERE = {"locality": "Somewhere", "street": "1 Main Street"}


def fields_refused(make) -> list[str]:
    with pytest.raises(Problems) as refused:
        make()
    assert refused.value.next_step
    return sorted(refused.value.by_field)


@pytest.mark.parametrize(
    ("name", "latin_name", "kept"),
    [
        ("Ada Lovelace", "", ""),
        ("Ada Lovelace", "Ada Lovelace", ""),
        ("김민준", "Kim Minjun", "Kim Minjun"),
        ("محمد علي", "Muhammad Ali", "Muhammad Ali"),
        ("Łukasz Żółw", "", ""),
    ],
)
def test_g3_a_latin_form_is_kept_where_the_name_has_another_script(name: str, latin_name: str, kept: str) -> None:
    assert FullName(name, latin_name).latin_form == kept


@pytest.mark.parametrize(
    ("name", "latin_name", "field"),
    [
        ("김민준", "", "latin_name"),  # required
        ("김민준", "김민준", "latin_name"),  # not Latin
        ("김민준", "Kim 민준", "latin_name"),
        ("Ada Lovelace", "Ada King", "latin_name"),  # needless, and another name
        ("김민준", "Acme Ltd", "latin_name"),
        ("김민준", "kim@example.org", "latin_name"),
        ("", "", "name"),
        ("x" * 201, "", "name"),
        ("Ada\u202eecalevoL", "", "name"),
    ],
)
def test_g3_a_latin_form_that_is_missing_or_wrong_is_refused_beside_its_field(name: str, latin_name: str, field: str) -> None:
    assert fields_refused(lambda: FullName(name, latin_name)) == [field]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ada@example.org", "“@” stands in no name."),
        ("<script>alert(1)</script>", "“<” stands in no name."),
        ("😀", "This is no name. Enter yours in letters"),
        ("12345", "This is no name. Enter yours in letters"),
    ],
)
def test_g3_what_is_no_name_is_refused_in_words_and_asked_for_no_latin_form(name: str, said: str) -> None:
    with pytest.raises(Problems) as refused:
        FullName(name)
    assert list(refused.value.by_field) == ["name"]
    assert refused.value.by_field["name"].startswith(said)


@pytest.mark.parametrize("name", ["Acme Ltd", "Beispiel GmbH", "주식회사 예시", "示例有限公司"])
def test_p6_a_name_of_an_organisation_is_refused_with_an_explanation(name: str) -> None:
    with pytest.raises(Problems, match=r"Only people can be certified.*write to http\S+/contact/\."):
        FullName(name, "Example")


def test_a_name_of_200_characters_is_taken() -> None:
    assert FullName("x" * 200).name == "x" * 200


def test_what_is_typed_is_kept_composed_and_with_single_spaces() -> None:
    assert tidy("  Jose\u0301   Nu\u0303n\t") == "José Nũn"


@pytest.mark.parametrize(
    ("entered", "refused"),
    [
        ({"country": "KR"}, ["locality", "street"]),
        ({"country": "XX", **WHERE}, ["country"]),
        ({"country": "", **WHERE}, ["country"]),
        ({"country": "UA", **WHERE}, ["region"]),
        ({"country": "RU", **WHERE}, ["region"]),
        ({"country": "KR", **WHERE, "street": "x" * 301}, ["street"]),
        ({"country": "KR", **WHERE, "postal_code": "x" * 21}, ["postal_code"]),
        ({"country": "KR", **WHERE, "region": "a\0b"}, ["region"]),
    ],
)
def test_every_problem_of_an_address_is_named_at_once(entered: dict[str, str], refused: list[str]) -> None:
    assert fields_refused(lambda: Address(in_force(), **entered)) == refused


def test_g5_a_country_under_embargo_is_asked_for_nothing_more() -> None:
    assert Address(in_force(), "CU").place == Place("CU")


def test_g5_the_list_of_the_operator_takes_the_place_of_the_shipped_one(data_dir) -> None:
    (data_dir / "embargoes.toml").write_text('[[place]]\nname = "Atlantis"\ncountries = ["XA"]\n')
    assert [place.name for place in in_force()] == ["Atlantis"]


@pytest.mark.parametrize("text", ["", "place = 1", '[[place]]\nname = "A"\n', "[[place]", '[[place]]\nname="A"\nlands=["XA"]'])
def test_g5_a_list_that_cannot_be_used_stops_the_portal_rather_than_letting_everybody_in(data_dir, text: str) -> None:
    from django.core.exceptions import ImproperlyConfigured

    (data_dir / "embargoes.toml").write_text(text)
    with pytest.raises(ImproperlyConfigured, match=r"embargoes\.toml"):
        in_force()


def test_g5_every_embargoed_country_can_be_chosen_and_every_region_be_judged() -> None:
    places = in_force()
    assert {code for place in places for code in (*place.countries, *place.within)} - COUNTRIES.keys() == set()
    assert (len(COUNTRIES), len(REGIONS["UA"])) == (249, 27)
    assert [code for code in sorted(REGIONS["UA"]) if any(place.holds(Place("UA", code)) for place in places)] == [
        "UA-40",
        "UA-43",
    ]


def test_p6_a_name_that_somebody_has_seen_to_be_a_persons_is_taken() -> None:
    assert FullName("Ada University", is_a_persons=True).name == "Ada University"
    assert FullName("Ada #1", is_a_persons=True).name == "Ada #1"
    assert fields_refused(lambda: FullName("Ada University")) == ["name"]
    assert fields_refused(lambda: FullName("", is_a_persons=True)) == ["name"]


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("en", ["AF", "AX", "AL", "CR", "CI", "HR", "ZW"]),  # Åland beside Albania, Côte d'Ivoire beside Costa Rica
        ("ko", ["GH", "GR", "KR", "DE"]),  # 가나, 그리스, 대한민국, 독일
        ("zh-hans", ["AL", "DE", "VA", "FJ", "KR", "NR", "CN"]),  # by reading: a, de, fan, fei, han, nao, zhong
    ],
)
def test_countries_stand_where_a_reader_of_the_language_looks_for_them(language: str, in_order: list[str]) -> None:
    with override(language):
        codes = [code for code, _name in choices()]
    assert sorted(in_order, key=codes.index) == in_order
    assert sorted(codes) == sorted(COUNTRIES)
