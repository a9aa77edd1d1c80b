"""What a holder chose to show, and what somebody writes to one, checked once: a `Shown` or a `Letter` that exists is sound.

What is wrong is reported per field and all at once, as `profiles.entered.Problems`. Nothing here is markup: it is shown as it
was typed. What cannot be seen and could turn or hide the text around it is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from string import ascii_letters, digits
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from guildmark.rules.names import hidden_characters
from guildmark_portal.directory.models import LONGEST
from guildmark_portal.directory.slugs import is_well_formed
from guildmark_portal.profiles.entered import Problems

MOST_LINKS: Final = 5
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 2000
_BREAKS: Final = "\n"
_OF_LINKS: Final = frozenset(f"{ascii_letters}{digits}-._~:/?#[]@!$&'()*+,;=%")
"""The characters of RFC 3986."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a holder shows. `certificates` are identifiers; an empty `slug` keeps the one there is, or draws one."""

    name: str
    certificates: tuple[str, ...]
    shows_country: bool = False
    town: str = ""
    headline: str = ""
    about: str = ""
    links: tuple[str, ...] = ()
    shows_skills: bool = False
    is_indexed: bool = False
    takes_messages: bool = True
    slug: str = ""

    def __post_init__(self) -> None:
        checks: dict[str, Callable[[], str]] = {
            "certificates": lambda: "" if self.certificates else _("Choose at least one certificate."),
            "town": lambda: text_problem(self.town, LONGEST["town"]),
            "headline": lambda: text_problem(self.headline, LONGEST["headline"]),
            "about": lambda: text_problem(self.about, LONGEST["about"]),
            "links": self._links_problem,
            "slug": self._slug_problem,
        }
        _raise({field: check() for field, check in checks.items()})

    @property
    def filled(self) -> list[str]:
        """The names of the fields that show something, for the audit table: never what they show."""
        return [field.name for field in fields(self) if getattr(self, field.name)]

    def _links_problem(self) -> str:
        if len(self.links) > MOST_LINKS:
            return _("Enter at most {count} links.").format(count=MOST_LINKS)
        unsound = next((link for link in self.links if not is_sound_link(link)), None)
        if unsound is None:
            return ""
        return _("“{link}” cannot be linked. Enter a whole address that begins with https://.").format(link=unsound[:60])

    def _slug_problem(self) -> str:
        if not self.slug or is_well_formed(self.slug):
            return ""
        return _("Use 5 to 40 small letters and digits, with single hyphens between them.")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What somebody writes to a holder."""

    name: str
    text: str
    organisation: str = ""

    def __post_init__(self) -> None:
        checks = {
            "name": text_problem(self.name, LONGEST_NAME) if self.name else _("Enter your name."),
            "organisation": text_problem(self.organisation, LONGEST_NAME),
            "text": text_problem(self.text, LONGEST_TEXT) if self.text else _("Write what you want to say."),
        }
        _raise(checks)


def one_line(text: str) -> str:
    """Without line breaks and spaces that stand together."""
    return " ".join(text.split())


def some_lines(text: str) -> str:
    """With its paragraphs, without space around them; never more than one empty line."""
    kept: list[str] = []
    for line in (part.strip() for part in text.replace("\t", " ").splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def text_problem(text: str, longest: int) -> str:
    """What is wrong with a text; empty if nothing is."""
    if len(text) > longest:
        return _("Shorten this to {count} characters.").format(count=longest)
    if hidden_characters(text.replace(_BREAKS, "")):
        return _("This holds characters that cannot be seen. Type it anew, without copying.")
    return ""


def is_sound_link(link: str) -> bool:
    """Whether it is a plain https address: of a named host, in ASCII, without a user's name, as browsers show it."""
    if len(link) > LONGEST["link"] or not link.startswith("https://") or not set(link) <= _OF_LINKS:
        return False
    try:
        parts = urlsplit(link)
        _ = parts.port  # a number, or an error
    except ValueError:
        return False
    labels = (parts.hostname or "").split(".")
    return "@" not in parts.netloc and len(labels) > 1 and all(labels) and not labels[-1].isdigit()


def _raise(found: dict[str, str]) -> None:
    problems = {field: problem for field, problem in found.items() if problem}
    if problems:
        raise Problems(problems)
