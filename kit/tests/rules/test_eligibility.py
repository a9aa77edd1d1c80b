"""Residents of embargoed places may not sit there; nationality plays no part."""

import inspect
from pathlib import Path

import pytest

from guildmark.packs.toml import tomllib
from guildmark.rules import eligibility
from guildmark.rules.eligibility import (
    EmbargoedPlace,
    Ground,
    Place,
    Refusal,
    address_on_papers,
    asks_for_region,
    flags,
    needs_proof_of_address,
    refusals,
)

LIST = Path(eligibility.__file__).with_name("embargoes.toml")
EMBARGO = tuple(
    EmbargoedPlace(**{key: value if key == "name" else tuple(value) for key, value in entry.items()})
    for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["place"]
)
SEOUL = Place("KR", "Seoul", "Mapo-gu")
HAVANA = Place("CU", "", "La Habana")


def test_g5_the_shipped_list_is_the_programs() -> None:
    assert [place.name for place in EMBARGO] == ["Cuba", "Iran", "Syria", "Sudan", "North Korea", "Crimea"]


@pytest.mark.parametrize(
    ("place", "held"),
    [
        (Place("CU"), ("Cuba",)),
        (Place("IR", "Tehran"), ("Iran",)),
        (Place("SY"), ("Syria",)),
        (Place("SD", "Khartoum"), ("Sudan",)),
        (Place("KP"), ("North Korea",)),
        (Place("kp"), ("North Korea",)),
        # their neighbours, and names that resemble theirs
        (Place("SS", "Juba"), ()),
        (Place("KR", "Seoul"), ()),
        (Place("IQ"), ()),
        (Place("LB"), ()),
        # Crimea by its codes, whichever country they are put with
        (Place("UA", "UA-43"), ("Crimea",)),
        (Place("UA", "UA-40"), ("Crimea",)),
        (Place("UA", "43"), ("Crimea",)),
        (Place("RU", "RU-CR"), ("Crimea",)),
        (Place("RU", "ru-cr"), ("Crimea",)),
        (Place("RU", "UA-43"), ("Crimea",)),
        # Crimea as people write it
        (Place("RU", "Republic of Crimea"), ("Crimea",)),
        (Place("RU", "Республика Крым"), ("Crimea",)),
        (Place("UA", "Автономна Республіка Крим"), ("Crimea",)),
        (Place("UA", "QIRIM"), ("Crimea",)),
        (Place("UA", "Avtonomna Respublika Krym"), ("Crimea",)),
        (Place("RU", "", "город Севастополь"), ("Crimea",)),
        (Place("UA", "", "Simferópol"), ("Crimea",)),
        (Place("RU", "91"), ("Crimea",)),
        (Place("RU", "92"), ("Crimea",)),
        (Place("RU", "82"), ("Crimea",)),
        (Place("RU", "RU-91"), ("Crimea",)),
        (Place("RU", "", "Ялта"), ("Crimea",)),
        (Place("UA", "Yalta"), ("Crimea",)),
        (Place("UA", "г. Алушта"), ("Crimea",)),  # noqa: RUF001 - Cyrillic is meant
        (Place("UA", "", "Красноперекопськ"), ("Crimea",)),
        # and in scripts that put no spaces between words
        (Place("RU", "克里米亚共和国"), ("Crimea",)),
        (Place("RU", "克里米亞"), ("Crimea",)),
        (Place("UA", "크림자치공화국"), ("Crimea",)),
        (Place("RU", "크림 공화국"), ("Crimea",)),
        (Place("RU", "", "塞瓦斯托波尔市"), ("Crimea",)),
        (Place("RU", "克拉斯诺达尔边疆区"), ()),
        (Place("KR", "", "크림동"), ()),
        # in other languages of Europe, and of its own people
        (Place("RU", "République de Crimée"), ("Crimea",)),
        (Place("UA", "Kırım Özerk Cumhuriyeti"), ("Crimea",)),  # noqa: RUF001 - a Turkish letter
        (Place("UA", "АРК"), ("Crimea",)),  # noqa: RUF001 - Cyrillic is meant
        (Place("RU", "г.Севастополь"), ("Crimea",)),  # noqa: RUF001 - as above
        # whatever is put between its letters without being seen
        (Place("UA", "Kri\u200dm"), ("Crimea",)),
        (Place("UA", "Кр\u034fим"), ("Crimea",)),  # noqa: RUF001 - Cyrillic is meant
        (Place("RU", "9\u200b1"), ("Crimea",)),
        (Place("UA", "UA\u2060-43"), ("Crimea",)),
        # by its postal codes, Ukraine's and Russia's
        (Place("UA", "", "", "95000"), ("Crimea",)),
        (Place("UA", "", "", "99 999"), ("Crimea",)),
        (Place("RU", "", "", "295000"), ("Crimea",)),
        (Place("UA", "", "", "299\u200b999"), ("Crimea",)),
        (Place("UA", "", "", "94999"), ()),
        (Place("RU", "", "", "294999"), ()),
        (Place("RU", "", "", "300000"), ()),
        (Place("US", "", "", "95014"), ()),
        # the rest of Ukraine and Russia, their border with Crimea included
        (Place("UA", "UA-65", "Henichesk"), ()),
        (Place("UA", "UA-14", "Donetsk"), ()),
        (Place("UA", "UA-30", "Kyiv"), ()),
        (Place("UA", ""), ()),
        (Place("RU", "RU-KDA", "Krymsk"), ()),
        (Place("RU", "Москва", "Севастопольский проспект"), ()),
        # the name elsewhere is another place
        (Place("PL", "", "Krym"), ()),
        (Place("US", "", "Sevastopol"), ()),
        (Place("US", "43"), ()),
    ],
    ids=str,
)
def test_g5_a_place_is_embargoed_by_country_or_by_region(place: Place, held: tuple[str, ...]) -> None:
    assert tuple(refusal.place for refusal in refusals(EMBARGO, residence=place)) == held


@pytest.mark.parametrize(
    ("residence", "papers", "sitting", "grounds"),
    [
        (SEOUL, SEOUL, SEOUL, ()),
        (SEOUL, None, None, ()),
        (HAVANA, SEOUL, SEOUL, (Ground.RESIDENCE,)),
        (SEOUL, HAVANA, SEOUL, (Ground.PAPERS,)),
        (SEOUL, SEOUL, HAVANA, (Ground.SITTING,)),
        (SEOUL, None, HAVANA, (Ground.SITTING,)),
        (HAVANA, HAVANA, HAVANA, (Ground.RESIDENCE, Ground.PAPERS, Ground.SITTING)),
    ],
)
def test_g5_residence_papers_and_place_of_sitting_are_judged_each_by_itself(
    residence: Place, papers: Place | None, sitting: Place | None, grounds: tuple[Ground, ...]
) -> None:
    found = refusals(EMBARGO, residence=residence, papers=papers, sitting=sitting)
    assert found == tuple(Refusal(ground, "Cuba") for ground in grounds)


def test_g5_nationality_is_no_argument_of_any_rule() -> None:
    functions = [function for _name, function in inspect.getmembers(eligibility, inspect.isfunction)]
    asked = {name for function in functions for name in inspect.signature(function).parameters}
    assert asked & {"nationality", "citizenship", "birthplace", "issuer", "issuing_country"} == set()


def test_g5_a_citizen_of_an_embargoed_place_with_both_addresses_outside_may_sit() -> None:
    """Their passport is Cuban; it has no address, so a proof of address stands for the papers."""
    assert needs_proof_of_address(address_on_papers(EMBARGO, papers=None))
    assert not needs_proof_of_address(address_on_papers(EMBARGO, papers=SEOUL))
    assert refusals(EMBARGO, residence=SEOUL, papers=SEOUL, sitting=SEOUL) == ()


@pytest.mark.parametrize(
    ("papers", "found", "needs_proof"),
    [
        (None, "none", True),
        (Place("UA", " "), "unclear", True),
        (Place("UA", "", "Sevastopol"), "embargoed", False),
        (Place("UA", "43"), "embargoed", False),
        (Place("UA", "30"), "outside", False),
        (HAVANA, "embargoed", False),
        (SEOUL, "outside", False),
    ],
)
def test_g5_papers_tell_where_their_bearer_lives_or_a_proof_of_address_is_needed(
    papers: Place | None, found: str, *, needs_proof: bool
) -> None:
    address = address_on_papers(EMBARGO, papers=papers)
    assert (address.value, needs_proof_of_address(address)) == (found, needs_proof)


@pytest.mark.parametrize(
    ("country", "region", "flagged"),
    [("CU", "", ("Cuba",)), ("UA", "43", ("Crimea",)), ("UA", "30", ()), ("KR", "11", ()), ("", "", ())],
)
def test_g5_a_connection_is_flagged_and_refuses_nothing(country: str, region: str, flagged: tuple[str, ...]) -> None:
    assert flags(EMBARGO, country=country, region=region) == flagged
    assert refusals(EMBARGO, residence=SEOUL, papers=SEOUL, sitting=SEOUL) == ()


@pytest.mark.parametrize(("country", "asked"), [("UA", True), ("RU", True), ("ua", True), ("KR", False), ("CU", False)])
def test_g5_a_region_is_asked_where_part_of_a_country_is_embargoed(country: str, *, asked: bool) -> None:
    assert asks_for_region(EMBARGO, country=country) == asked


def test_g5_the_list_is_data() -> None:
    other = (EmbargoedPlace("Atlantis", countries=("XA",)),)
    assert refusals(other, residence=HAVANA, sitting=Place("XA")) == (Refusal(Ground.SITTING, "Atlantis"),)
    assert refusals((), residence=HAVANA) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"countries": ("Cuba",)},
        {"countries": ("cu",)},
        {"within": ("UA",)},
        {"countries": ("UA",), "names": ("Crimea",)},
        {"names": ("Crimea",)},
    ],
)
def test_g5_an_entry_that_could_never_match_is_refused(fields: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="Somewhere"):
        EmbargoedPlace("Somewhere", **fields)
