"""The catalogues, and how they are brought up to date, compiled and checked."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from translations.extraction import sentences

ROOT = Path(__file__).parents[1]
LANGUAGES = ("ko", "zh_Hans")
_WIDTH = 128
_GAPS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
_ALWAYS = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""A date in a catalogue would change with every update and say nothing that history does not."""


@dataclass(frozen=True)
class Catalogue:
    """The sentences of a package in one language: `.po` to be edited, `.mo` for programs."""

    source: Path
    domain: str
    language: str

    @property
    def po(self) -> Path:
        """The file to be edited."""
        return self.source / "locale" / self.language / "LC_MESSAGES" / f"{self.domain}.po"

    @property
    def mo(self) -> Path:
        """The compiled file."""
        return self.po.with_suffix(".mo")

    def read(self) -> Catalog:
        """What is in the file; an empty catalogue where there is none."""
        if not self.po.exists():
            return Catalog(locale=self.language)
        with self.po.open("rb") as file:
            return read_po(file, locale=self.language)


def catalogues() -> Iterator[Catalogue]:
    """All of them."""
    for source, domain in (
        (ROOT / "kit/src/guildmark", "guildmark"),
        (ROOT / "grader/src/guildmark_grader", "guildmark_grader"),
        (ROOT / "portal/src/guildmark_portal", "django"),
    ):
        yield from (Catalogue(source, domain, language) for language in LANGUAGES)


def template_of(source: Path) -> Catalog:
    """The sentences of a package as its sources have them now."""
    template = Catalog()
    for file, sentence in sentences(source):
        forms = sentence.forms if len(sentence.forms) > 1 else sentence.forms[0]
        template.add(forms, locations=[(file, None)], auto_comments=sentence.comments, context=sentence.context)
    return template


def updated(catalogue: Catalogue, template: Catalog) -> Catalog:
    """The catalogue with every sentence of `template` and no other; what was translated stays."""
    fresh = catalogue.read()
    fresh.update(template, no_fuzzy_matching=True, update_creation_date=False)
    fresh.obsolete.clear()
    fresh.project, fresh.version, fresh.header_comment = "Guildmark", "", f"# Guildmark in {catalogue.language}."
    fresh.creation_date = fresh.revision_date = _ALWAYS
    fresh.fuzzy = False
    return fresh


def as_po(catalog: Catalog) -> bytes:
    """The text of a `.po` file: sorted by sentence, so that two changes rarely meet in a line."""
    file = io.BytesIO()
    write_po(file, catalog, width=_WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The bytes of a `.mo` file."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def problems(catalogue: Catalogue) -> Iterator[str]:
    """What keeps a catalogue from being whole: sentences that are missing, empty, or have other gaps than the English ones."""
    kept = catalogue.read()
    for message in template_of(catalogue.source):
        if message.id and not kept.get(message.id, message.context):
            yield f"missing, run make translations: {message.id!r}"
    for message in kept:
        if message.id:
            yield from _problems_of(message.id, message.string)


def _problems_of(english: str | tuple[str, ...], translated: str | tuple[str, ...]) -> Iterator[str]:
    originals = english if isinstance(english, tuple) else (english,)
    wordings = translated if isinstance(translated, tuple) else (translated,)
    wanted = set(_GAPS.findall(originals[-1]))
    for wording in wordings:
        if not wording:
            yield f"not translated: {originals[0]!r}"
        elif (found := set(_GAPS.findall(wording))) != wanted:
            yield f"has the gaps {sorted(found)}, not {sorted(wanted)}: {originals[0]!r}"
        elif (wording[:1] == "\n", wording[-1:] == "\n") != (originals[-1][:1] == "\n", originals[-1][-1:] == "\n"):
            yield f"begins or ends with another line break: {originals[0]!r}"
