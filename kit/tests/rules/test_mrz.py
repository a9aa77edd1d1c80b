"""Machine-readable zones: the specimens of ICAO Doc 9303, and what a typo does to them."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.mrz import Field, Format, NotAZone, Zone, check_digit, parse

TD3 = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""
TD2 = """I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
D231458907UTO7408122F1204159<<<<<<<6"""
TD1 = """I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<"""
SPECIMENS = {Format.TD1: TD1, Format.TD2: TD2, Format.TD3: TD3}


def changed(zone: str, line: int, place: int, letter: str) -> str:
    lines = zone.splitlines()
    assert lines[line][place] != letter
    lines[line] = lines[line][:place] + letter + lines[line][place + 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TD3, Zone(Format.TD3, "P", "UTO", "L898902C3", "ERIKSSON", "ANNA MARIA", "UTO", date(2012, 4, 15), ())),
        (TD2, Zone(Format.TD2, "I", "UTO", "D23145890", "ERIKSSON", "ANNA MARIA", "UTO", date(2012, 4, 15), ())),
        (TD1, Zone(Format.TD1, "I", "UTO", "D23145890", "ERIKSSON", "ANNA MARIA", "UTO", date(2012, 4, 15), ())),
    ],
)
def test_g2_the_specimens_of_the_standard_are_read_whole(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize("zone", SPECIMENS.values(), ids=SPECIMENS)
def test_how_it_was_typed_does_not_matter(zone):
    pasted = zone.replace("\n", "")
    spaced = "\r\n\r\n".join(" ".join(line).lower() for line in zone.splitlines())
    quoted = zone.replace("<<", "«")
    assert parse(pasted) == parse(f"  {spaced} ") == parse(quoted) == parse(zone)


@pytest.mark.parametrize(
    ("zone", "line", "place", "letter", "failed"),
    [
        (TD3, 1, 0, "M", (Field.NUMBER, Field.WHOLE)),
        (TD3, 1, 13, "8", (Field.BIRTH, Field.WHOLE)),
        (TD3, 1, 22, "3", (Field.EXPIRY, Field.WHOLE)),
        (TD3, 1, 28, "Y", (Field.PERSONAL, Field.WHOLE)),
        (TD3, 1, 43, "1", (Field.WHOLE,)),
        (TD2, 1, 0, "E", (Field.NUMBER, Field.WHOLE)),
        (TD2, 1, 21, "2", (Field.EXPIRY, Field.WHOLE)),
        (TD1, 0, 5, "E", (Field.NUMBER, Field.WHOLE)),
        (TD1, 1, 0, "8", (Field.BIRTH, Field.WHOLE)),
        (TD1, 1, 8, "2", (Field.EXPIRY, Field.WHOLE)),
        (TD1, 1, 29, "7", (Field.WHOLE,)),
        (TD1, 1, 18, "B", (Field.WHOLE,)),
    ],
)
def test_g2_every_digit_that_does_not_fit_is_named(zone, line, place, letter, failed):
    assert parse(changed(zone, line, place, letter)).failed == failed


def test_a_number_longer_than_nine_goes_on_in_the_optional_data():
    number = "D23145890734"
    first = f"I<UTO{number[:9]}<{number[9:]}{check_digit(number)}".ljust(30, "<")
    second = "7408122F1204159UTO".ljust(29, "<")
    second += check_digit(first[5:] + second[0:7] + second[8:15] + second[18:29])
    zone = parse("\n".join([first, second, "STEVENSON<<PETER".ljust(30, "<")]))
    assert (zone.number, zone.failed) == (number, ())
    assert parse("\n".join([first.replace("34", "35"), second, "A<<B".ljust(30, "<")])).failed == (Field.NUMBER, Field.WHOLE)


def test_a_long_number_without_its_digit_does_not_fit():
    assert Field.NUMBER in parse(changed(TD1, 0, 14, "<")).failed


def test_an_empty_personal_number_may_leave_its_digit_out():
    second = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<"
    second += check_digit(second[0:10] + second[13:20] + second[21:43])
    assert parse(f"{TD3.splitlines()[0]}\n{second}").failed == ()


def test_a_country_of_one_letter_and_a_name_without_given_names_are_read():
    zone = parse(TD2.replace("I<UTOERIKSSON<<ANNA<MARIA", "I<D<<MADONNA<<<<<<<<<<<<<").replace("UTO740", "D<<740"))
    assert (zone.issuer, zone.nationality, zone.surname, zone.given_names) == ("D", "D", "MADONNA", "")


def test_six_digits_that_are_no_date_are_none():
    assert parse(changed(TD3, 1, 23, "9")).expires_on is None


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", ()),
        ("Anna Maria Eriksson", (17,)),
        (TD3.replace("<10", "10"), (44, 43)),
        (TD1.splitlines()[0], (30,)),
        (TD3.replace("ERIKSSON", "ÉRIKSSON"), (44, 44)),
        ("\n".join([*TD1.splitlines(), "<" * 30]), (30, 30, 30, 30)),
    ],
)
def test_what_is_no_zone_is_refused_with_the_lengths_that_were_read(text, lengths):
    with pytest.raises(NotAZone) as refusal:
        parse(text)
    assert refusal.value.lengths == lengths


@given(st.sampled_from(list(SPECIMENS.values())), st.data())
def test_one_mistyped_digit_of_a_number_or_date_is_always_caught(zone, data):
    lines = zone.splitlines()
    line = 1
    places = range(8, 14) if len(lines) == 3 else range(21, 27)
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != lines[line][place]))
    assert Field.EXPIRY in parse(changed(zone, line, place, letter)).failed


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(NotAZone):
        assert parse(text).format in Format
