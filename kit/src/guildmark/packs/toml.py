"""TOML that an author wrote, parsed into a spec; what is wrong with it is reported with its line.

Pydantic names a problem by its place in the data (`categories`, 1, `weight`); an author looks for a line. `_lines_by_key`
finds it well enough for tables, arrays of tables and plain keys, which is what packs are written in.
"""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.wording import sentence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SpecT = TypeVar("SpecT", bound=BaseModel)
Place = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.-]+|\"[^\"]+\")\s*=")
_LINE_IN_MESSAGE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


def read_spec(path: Path, name: str, spec: type[SpecT]) -> tuple[SpecT | None, list[PackProblem]]:
    """The file at `path`, called `name` in problems, as a `spec`; None where there are problems."""
    try:
        text = path.read_bytes().decode()
        data = tomllib.loads(text)
    except FileNotFoundError:
        return None, [PackProblem(name, None, _("The file is missing."))]
    except (OSError, UnicodeDecodeError) as error:
        return None, [PackProblem(name, None, _("The file cannot be read as text in UTF-8 ({reason}).").format(reason=error))]
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax_problem(name, str(error))]
    return _validated(data, spec, name, _lines_by_key(text))


def _validated(
    data: dict[str, Any], spec: type[SpecT], name: str, lines: dict[Place, int]
) -> tuple[SpecT | None, list[PackProblem]]:
    """Unknown keys are taken out and the rest is looked at again: rules about the whole run only on sound keys."""
    try:
        return spec.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    places = [_in_file(e["loc"], data) for e in found]
    problems = [
        PackProblem(name, _line_of(place, lines), sentence(place, e["type"], e["msg"], e.get("ctx", {}), e["input"]))
        for place, e in zip(places, found, strict=True)
    ]
    if all(e["type"] == "extra_forbidden" for e in found):
        for place in places:
            _remove(data, place)
        problems += _validated(data, spec, name, lines)[1]
    return None, problems


def _in_file(place: Place, data: Any) -> Place:
    """`place` as the author sees it: one table that stands for a list of one has no number."""
    steps: list[str | int] = []
    for step in place:
        if isinstance(step, int) and isinstance(data, dict):
            continue
        steps.append(step)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    return tuple(steps)


def _remove(data: Any, place: Place) -> None:
    for step in place[:-1]:
        data = data[step]
    del data[place[-1]]


def _syntax_problem(name: str, message: str) -> PackProblem:
    line = _LINE_IN_MESSAGE.search(message)
    number = int(line[1]) if line and line[1] else None
    return PackProblem(
        name, number, _("This is not TOML: {reason}.").format(reason=_LINE_IN_MESSAGE.sub("", message).rstrip("."))
    )


def _line_of(place: Place, lines: dict[Place, int]) -> int | None:
    """The line of the innermost part of `place` that stands on a line of its own."""
    for end in range(len(place), 0, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return None


def _lines_by_key(text: str) -> dict[Place, int]:
    lines: dict[Place, int] = {}
    arrays: Counter[Place] = Counter()
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = tuple(part.strip(' "') for part in header[2].split("."))
            if header[1] == "[[":
                table = (*table, arrays[table])
                arrays[table[:-1]] += 1
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *key[1].strip('"').split(".")), number)
    return lines
