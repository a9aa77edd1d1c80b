"""`/network/map/`: where the holders of the network are, as a drawing and as a table of the same numbers.

The numbers are counted anew for every reader, so a holder who left is in none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.directory.map import drawing
from guildmark_portal.directory.map.drawing import Drawing, Shape
from guildmark_portal.directory.map.shades import SHADES, Shade, level_of, ranked
from guildmark_portal.directory.queries import counts_by_country
from guildmark_portal.profiles.countries import choices


@dataclass(frozen=True)
class Row:
    """A row of the table: a country, or with an empty `address` those who show none."""

    name: str
    holders: str
    address: str


@dataclass(frozen=True)
class WorldMap:
    """The network as numbers: what the page draws, its legend as level and words, and its table."""

    view_box: str
    shapes: SafeString
    legend: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    holders: int
    holders_written: str


def world_map(*, search: Callable[[str], str] | None = None) -> WorldMap:
    """The network as it is now; `search` gives the address of the holders of a country, where it is not that of our page."""
    search = search or _search
    counts = counts_by_country(today=clock.now().date())
    names = dict(choices())
    placed = ranked(counts, names)
    rows = [Row(name, _number(count), search(code)) for code, name, count in placed]
    if elsewhere := sum(counts.values()) - sum(count for _code, _name, count in placed):
        rows.append(Row(_("Country not shown"), _number(elsewhere), ""))
    world = drawing.current()
    return WorldMap(
        world.view_box,
        _drawn(world, counts, names, search),
        tuple((shade.level, _in_words(shade)) for shade in SHADES),
        tuple(rows),
        sum(counts.values()),
        _number(sum(counts.values())),
    )


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The map, its legend and its table."""
    return render(request, "guildmark/network_map.html", {"map": world_map()})


def _search(country: str) -> str:
    return f"{reverse('web:network')}?country={country}"


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def _in_words(shade: Shade) -> str:
    if shade.high is None:
        return _("{low} or more").format(low=_number(shade.low))
    if shade.low == shade.high:
        return _("none") if shade.low == 0 else _number(shade.low)
    return _("{low} to {high}").format(low=_number(shade.low), high=_number(shade.high))


def _drawn(world: Drawing, counts: Mapping[str, int], names: Mapping[str, str], search: Callable[[str], str]) -> SafeString:
    """Every shape from back to front: those of countries with holders lead to them, the others say that they have none."""
    drawn = []
    for shape in world.shapes:
        if not shape.country:
            drawn.append(_outline(shape))
            continue
        count, name = counts.get(shape.country, 0), names[shape.country]
        if count:
            label = ngettext("{name}: {number} holder", "{name}: {number} holders", count)
            drawn.append(
                format_html(
                    '<a href="{}" class="level-{}" aria-label="{label}"><title>{label}</title>{}</a>',
                    search(shape.country),
                    level_of(count),
                    _outline(shape),
                    label=label.format(name=name, number=_number(count)),
                )
            )
        else:
            label = _("{name}: no holders").format(name=name)
            drawn.append(format_html('<g class="level-0"><title>{}</title>{}</g>', label, _outline(shape)))
    return mark_safe("".join(drawn))  # noqa: S308 - parts that were escaped, and shapes of numbers


@lru_cache(maxsize=1024)
def _outline(shape: Shape) -> SafeString:
    """The element of a shape, whose texts are the letters of a path or numbers: `drawing.read` let nothing else in."""
    if shape.d:
        return format_html('<path class="{}" d="{}"/>', shape.decoration or "land", shape.d)
    return format_html('<circle cx="{}" cy="{}" r="{}"/>', shape.cx, shape.cy, shape.r)
