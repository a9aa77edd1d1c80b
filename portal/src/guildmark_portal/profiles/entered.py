"""What people enter about themselves, checked once: a `FullName` or an `Address` that exists is sound.

What is wrong is reported per field and all at once, as `Problems`, which a form shows beside its fields.
"""

import unicodedata
from dataclasses import dataclass, fields
from typing import Final

from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark.rules.eligibility import Embargo, Place, asks_for_region
from guildmark.rules.names import hidden_characters, is_latin, mark_of_organisation, signs_of_no_name
from guildmark_portal.accounts import contact
from guildmark_portal.profiles.countries import COUNTRIES

LONGEST: Final = {"name": 200, "latin_name": 200, "region": 100, "locality": 100, "postal_code": 20, "street": 300}
_LONGEST_TYPED: Final = 4 * max(LONGEST.values())


class Problems(Refused):
    """Something that was entered cannot be taken."""

    default_next_step = mark("Correct what is named, and send it again.")

    def __init__(self, by_field: dict[str, str]) -> None:
        super().__init__(" ".join(by_field.values()))
        self.by_field = by_field


def tidy(text: str) -> str:
    """Composed form and single spaces, as every name and line of an address is kept.

    What is too long for any of them is left as it is, to be refused: to compose thousands of marks takes seconds.
    """
    if len(text) > _LONGEST_TYPED:
        return text
    return " ".join(unicodedata.normalize("NFC", text).split())


@dataclass(frozen=True)
class FullName:
    """A natural person's legal name, and its Latin form where it has another script. Raises `Problems`.

    `is_a_persons`: somebody has seen that it is, whatever it looks like.
    """

    name: str
    latin_name: str = ""
    is_a_persons: bool = False

    def __post_init__(self) -> None:
        problems = _of_lines(self, {"name": _("Enter your name as it stands on your papers.")})
        if "name" not in problems and (organisation := self._organisation(self.name)):
            problems["name"] = _(
                "“%(part)s” stands in names of organisations. Only people can be certified: enter your own name. If it is part "
                "of your name, write to %(contact)s."
            ) % {"part": organisation, "contact": contact.address()}
        if "name" not in problems and (problem := self._about_signs(self.name)):
            problems["name"] = problem
        if not problems and (problem := self._about_latin()):
            problems["latin_name"] = problem
        if problems:
            raise Problems(problems)

    def _about_latin(self) -> str:
        if is_latin(self.name):
            different = self.latin_name not in {"", self.name}
            return _("Leave this empty: your name is in Latin letters already.") if different else ""
        if not self.latin_name:
            return _("Enter your name in Latin letters too, as it stands on your passport or your secondary document.")
        if not is_latin(self.latin_name):
            return _("Use Latin letters only here, such as A to Z, as on your passport or your secondary document.")
        if organisation := self._organisation(self.latin_name):
            return _("“%(part)s” stands in names of organisations. Enter your own name.") % {"part": organisation}
        return self._about_signs(self.latin_name)

    def _about_signs(self, written: str) -> str:
        signs = () if self.is_a_persons else signs_of_no_name(written)
        if not signs:
            return ""
        if not any(sign.isalpha() for sign in written):
            return _("This is no name. Enter yours in letters, as it stands on your papers.")
        return _("“%(sign)s” stands in no name. Enter yours as it stands on your papers.") % {"sign": signs[0]}

    def _organisation(self, written: str) -> str:
        return "" if self.is_a_persons else mark_of_organisation(written)

    @property
    def latin_form(self) -> str:
        """What is kept as the Latin form: nothing where the name needs none."""
        return "" if is_latin(self.name) else self.latin_name


@dataclass(frozen=True)
class Address:
    """An address of residence; `embargo` says where the region must be known. Raises `Problems`."""

    embargo: Embargo
    country: str
    region: str = ""
    locality: str = ""
    postal_code: str = ""
    street: str = ""

    def __post_init__(self) -> None:
        asked = {
            "locality": _("Enter the town or city."),
            "street": _("Enter the street and the number, or what stands for them."),
        }
        if asks_for_region(self.embargo, country=self.country):
            asked["region"] = _("Enter the region: in this country, where you may sit an exam depends on it.")
        problems = {} if self.is_embargoed_country else _of_lines(self, asked)
        if self.country not in COUNTRIES:
            problems["country"] = _("Choose a country from the list.")
        if problems:
            raise Problems(problems)

    @property
    def is_embargoed_country(self) -> bool:
        """Whether the country alone decides, so that nothing more is asked."""
        return any(self.country in place.countries for place in self.embargo)

    @property
    def place(self) -> Place:
        """The place, as the rules judge it."""
        return Place(self.country, self.region, self.locality, self.postal_code)


@dataclass(frozen=True)
class Whereabouts:
    """Where somebody is while they sit an exam: a country, and its region where that matters. Raises `Problems`."""

    embargo: Embargo
    country: str
    region: str = ""

    def __post_init__(self) -> None:
        asked = {}
        if asks_for_region(self.embargo, country=self.country):
            asked["region"] = _("Enter the region: in this country, where you may sit an exam depends on it.")
        problems = _of_lines(self, asked)
        if self.country not in COUNTRIES:
            problems["country"] = _("Choose a country from the list.")
        if problems:
            raise Problems(problems)


def _of_lines(entered: FullName | Address | Whereabouts, asked: dict[str, str]) -> dict[str, str]:
    """What is wrong with the single lines: missing, too long, or holding what nobody can see."""
    problems = {}
    for field in fields(entered):
        longest = LONGEST.get(field.name)
        if longest is None:
            continue
        line = getattr(entered, field.name)
        if not line and field.name in asked:
            problems[field.name] = asked[field.name]
        elif len(line) > longest:
            problems[field.name] = _("Use at most %(count)d characters.") % {"count": longest}
        elif hidden_characters(line):
            problems[field.name] = _("This holds characters that cannot be seen. Type it again by hand.")
    return problems
