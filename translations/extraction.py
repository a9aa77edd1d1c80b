"""Finds the sentences in the sources of a package: in Python, in Django's templates, and in the lists that come with it."""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomllib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "mark": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "plural": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FOR_TRANSLATORS = "Translators:"
ROOT_OF_ERRORS = "GuildmarkError"
_LISTS_OF_PLACES = {"embargoes.toml"}


@dataclass(frozen=True)
class Sentence:
    """What a person reads: one form, or singular and plural; and what its translators should know."""

    forms: tuple[str, ...]
    comments: tuple[str, ...] = ()
    context: str | None = None


def sentences(root: Path) -> Iterator[tuple[str, Sentence]]:
    """Every sentence below `root`, each with its file."""
    for path in sorted(root.rglob("*")):
        for sentence in _in_file(path):
            yield path.relative_to(root).as_posix(), sentence


def _in_file(path: Path) -> Iterator[Sentence]:
    if path.suffix == ".py":
        code = path.read_text(encoding="utf-8")
        found = list(_called(code))
        yield from found
        yield from _called_within(code, {(each.forms, each.context) for each in found})
        yield from _messages_of_errors(code, path)
    elif "templates" in path.parts and path.suffix in {".html", ".txt", ".md"}:
        yield from _in_template(path)
    elif path.name in _LISTS_OF_PLACES:
        yield from (Sentence((place["name"],)) for place in tomllib.loads(path.read_text(encoding="utf-8"))["place"])


def _called(code: str) -> Iterator[Sentence]:
    """The arguments of gettext's functions."""
    found = extract("python", io.BytesIO(code.encode()), KEYWORDS, [FOR_TRANSLATORS])
    for _line, message, comments, context in found:
        forms = message if isinstance(message, tuple) else (message,)
        yield Sentence(tuple(forms), tuple(comments), context)


def _called_within(code: str, known: set[tuple[tuple[str, ...], str | None]]) -> Iterator[Sentence]:
    """What Babel misses before Python 3.12, where an f-string is one token: calls within it, and calls within those."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in KEYWORDS:
            yield from (each for each in _called(ast.unparse(node)) if (each.forms, each.context) not in known)


def _in_template(path: Path) -> Iterator[Sentence]:
    if not settings.configured:
        settings.configure()  # the reader of templates looks there for nothing that matters here
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    yield from _called("\n".join(line.strip() for line in code.splitlines()))  # what is indented there is no block of Python


def _messages_of_errors(code: str, path: Path) -> Iterator[Sentence]:
    """The docstrings of our errors: they are what is said where no other message was given."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef) and node.name in _errors(_source_of(path)):
            words = ast.get_docstring(node, clean=False) or ""
            if "\n" not in words and "`" not in words:  # else it is for who reads the code, and no message
                yield Sentence((words.strip(),))


def _source_of(path: Path) -> Path:
    """The folder in which the three packages lie."""
    return next(parent for parent in path.parents if parent.name == "src").parents[1]


@lru_cache(maxsize=1)
def _errors(root: Path) -> frozenset[str]:
    """The names of the classes that descend from the root of all our errors."""
    bases = dict(_classes(root.glob("*/src/**/*.py")))
    family = {ROOT_OF_ERRORS}
    while more := {name for name, parents in bases.items() if family & parents} - family:
        family |= more
    return frozenset(family)


def _classes(paths: Iterable[Path]) -> Iterator[tuple[str, set[str]]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, {re.split(r"[.\[]", ast.unparse(base))[-1] for base in node.bases}
