"""`/network/`: the holders who asked to be found, as whoever searches wants to see them.

The form is a GET: an answer can be kept, sent on and read without a script, and names in it are public already. Nothing here is
kept in any cache, so that who leaves the network is gone at once; and no search engine is to keep a page that names people.
"""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark import i18n
from guildmark.packs.skills import AREAS, TITLES, in_area
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.directory.models import Listing
from guildmark_portal.directory.queries import Criteria, counts_by_country, search
from guildmark_portal.exams.models import Program
from guildmark_portal.profiles import countries
from guildmark_portal.web.network_card import Card, card

_LONGEST: Final = 200
UNKEPT: Final = "noindex, nofollow, noarchive"


@dataclass(frozen=True)
class Choices:
    """What the form offers: value and words; skills by area."""

    programs: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    skills: list[tuple[str, list[tuple[str, str]]]]


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The form, and those who fit; without a word in it everybody, the newest certificate first."""
    today = clock.now().date()
    counts = counts_by_country(today=today)
    choices = _choices(counts, request.GET.get("country", ""))
    criteria = _criteria(request.GET, choices)
    page = search(criteria, today=today, page=_number(request.GET.get("page", "")))
    cards: list[Card] = [card(listing, today=today) for listing in page.listings]
    context = {
        "criteria": criteria,
        "choices": choices,
        "page": page,
        "cards": cards,
        "is_asked": criteria != Criteria(),
        "holders": sum(counts.values()),
        "countries": sum(bool(code) for code in counts),
        "query": _query(criteria),
        "is_listed": request.user.is_authenticated and Listing.objects.filter(user=request.user.pk).exists(),
    }
    response = render(request, "guildmark/network.html", context)
    response["X-Robots-Tag"] = UNKEPT
    return response


def _choices(counts: dict[str, int], asked: str) -> Choices:
    programs = Program.objects.filter(kind=ExamKind.LIVE.value)
    return Choices(
        programs=list(programs.order_by("title").values_list("slug", "title")),
        countries=[(code, name) for code, name in countries.choices() if code in counts or code == asked],
        skills=[
            (f"{area}. {i18n._(title)}", [(skill, f"{skill} {i18n._(TITLES[skill])}") for skill in in_area(area)])
            for area, title in AREAS.items()
        ],
    )


def _criteria(asked: QueryDict, choices: Choices) -> Criteria:
    """What was asked; a value that the form does not offer is none."""

    def one_of(field: str, offered: set[str]) -> str:
        value = asked.get(field, "")
        return value if value in offered else ""

    return Criteria(
        name=" ".join(asked.get("name", "")[:_LONGEST].split()),
        program=one_of("program", {slug for slug, _title in choices.programs}),
        country=one_of("country", {code for code, _name in choices.countries}),
        skill=one_of("skill", set(TITLES)),
        includes_expired=asked.get("expired") == "yes",
    )


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= len("9999") else 1


def _query(criteria: Criteria) -> str:
    """The search as the part of an address that the links to other pages begin with."""
    query = QueryDict(mutable=True)
    query.update(
        {field: getattr(criteria, field) for field in ("name", "program", "country", "skill") if getattr(criteria, field)}
    )
    if criteria.includes_expired:
        query["expired"] = "yes"
    return query.urlencode()
