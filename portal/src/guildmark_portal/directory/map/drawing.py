"""The world as shapes: read from the SVG that ships with the portal, or from one that its operator put in place of it.

The page draws the shapes anew, each as a link with a number, and takes over nothing else from the file. What it takes over is
held against a short list first (elements, attributes, the letters of a path), so no file can bring a script or an address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from django.conf import settings

from guildmark.errors import GuildmarkError
from guildmark.i18n import _
from guildmark_portal.profiles.countries import COUNTRIES

SHIPPED: Final = Path(__file__).with_name("world.svg")
OVERRIDE: Final = Path("map", "world.svg")
"""Where an operator's own drawing lies in the data directory."""
_LONGEST_FILE: Final = 4 * 1024 * 1024
_MOST_TOLD: Final = 12
_SVG: Final = "{http://www.w3.org/2000/svg}"
_NUMBER: Final = r"-?[0-9]{0,6}\.?[0-9]{1,6}"
_VIEW_BOX: Final = re.compile(rf"{_NUMBER}( {_NUMBER}){{3}}")
_PATH: Final = re.compile(r"[Mm][-MmLlHhVvCcSsQqTtAaZz0-9eE+., \t\r\n]*")
_DECORATION: Final = frozenset({"sea", "graticule"})
_ATTRIBUTES: Final = {"path": {"id", "class", "d"}, "circle": {"id", "cx", "cy", "r"}}


class MapUnusable(GuildmarkError):
    """The drawing of the world cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Shape:
    """A path (`d`), or where that is empty a dot. `country` is an ISO 3166-1 code; empty: no number belongs to it.

    Every text in it is safe in an attribute: letters of a path, or numbers.
    """

    country: str
    d: str = ""
    cx: str = ""
    cy: str = ""
    r: str = ""
    decoration: str = ""


@dataclass(frozen=True)
class Drawing:
    """The view box of the drawing, and its shapes from back to front. Every country of the portal's list has exactly one."""

    view_box: str
    shapes: tuple[Shape, ...]


def current() -> Drawing:
    """The operator's drawing if there is one, else the one that ships; `MapUnusable` says all that is wrong with it."""
    own = Path(settings.DATA_DIR) / OVERRIDE
    path = own if own.exists() else SHIPPED
    return _read_once(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read_once(path: Path, _written_ns: int) -> Drawing:
    return read(path)


def read(path: Path) -> Drawing:
    """The drawing in the SVG file at `path`; `MapUnusable` says all that is wrong with it."""
    problems: list[str] = []
    try:
        root = _parse(path)
    except (OSError, UnicodeDecodeError, ValueError, ET.ParseError) as error:
        raise _unusable(path, [str(error)]) from error
    view_box = root.get("viewBox", "")
    if root.tag != f"{_SVG}svg" or not _VIEW_BOX.fullmatch(view_box):
        problems.append(_("it must be an SVG with a viewBox of four numbers"))
    shapes = []
    for element in root.iter():
        shape = _shape(element, problems)
        if shape is not None:
            shapes.append(shape)
    problems += _problems_of_countries([shape.country for shape in shapes if shape.country])
    if problems:
        raise _unusable(path, problems)
    return Drawing(view_box, tuple(shapes))


def _parse(path: Path) -> ET.Element:
    with path.open("rb") as file:
        content = file.read(_LONGEST_FILE + 1)
    if len(content) > _LONGEST_FILE:
        raise ValueError(_("it is larger than {mib} MiB").format(mib=_LONGEST_FILE // 2**20))
    text = content.decode("utf-8-sig")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError(_("it has a DOCTYPE; remove it"))
    return ET.fromstring(text)  # noqa: S314 - without a DOCTYPE there are no entities to expand


def _shape(element: ET.Element, problems: list[str]) -> Shape | None:
    """What an element draws; None for one that draws nothing, or that is refused."""
    kind = str(element.tag).removeprefix(_SVG)
    if kind in {"svg", "g", "title", "desc"}:
        refused = set(element.attrib) - ({"viewBox", "width", "height", "version"} if kind == "svg" else {"id", "class"})
    else:
        refused = set(element.attrib) - _ATTRIBUTES.get(kind, set())
    country = element.get("id", "")
    if kind not in {"svg", "g", "title", "desc", *_ATTRIBUTES}:
        problems.append(_("<{element}> is not drawn here; only path and circle are").format(element=kind))
    elif refused:
        problems.append(
            _("<{element}> {id} has attributes that are not known: {names}").format(
                element=kind, id=country, names=", ".join(sorted(refused))
            )
        )
    elif kind == "path" and _PATH.fullmatch(element.get("d", "")):
        decoration = element.get("class", "")
        return Shape(country, d=element.get("d", ""), decoration=decoration if decoration in _DECORATION else "")
    elif kind == "circle" and all(re.fullmatch(_NUMBER, element.get(name, "")) for name in ("cx", "cy", "r")):
        return Shape(country, cx=element.get("cx", ""), cy=element.get("cy", ""), r=element.get("r", ""))
    elif kind in _ATTRIBUTES:
        problems.append(_("<{element}> {id} has no valid form").format(element=kind, id=country))
    return None


def _problems_of_countries(found: list[str]) -> Iterator[str]:
    if missing := sorted(set(COUNTRIES) - set(found)):
        yield _("these countries are missing: {codes}").format(codes=" ".join(missing))
    if unknown := sorted(set(found) - set(COUNTRIES)):
        yield _("these ids are no codes of countries: {codes}").format(codes=" ".join(unknown))
    if doubled := sorted({code for code in found if found.count(code) > 1}):
        yield _("these ids stand there more than once: {codes}").format(codes=" ".join(doubled))


def _unusable(path: Path, problems: list[str]) -> MapUnusable:
    return MapUnusable(
        _("{path} cannot be the map: {why}.").format(path=path, why="; ".join(problems[:_MOST_TOLD])),
        next_step=_("Correct or remove {path} and run the command again.").format(path=path),
    )
