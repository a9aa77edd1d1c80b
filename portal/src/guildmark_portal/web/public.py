"""Pages that explain the program to anybody. Every number on them is read from the settings of the programs that are open."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from guildmark import i18n
from guildmark.packs.bank import BankManifest
from guildmark.packs.model import CategorySpec, text_in
from guildmark.packs.skills import AREAS, TITLES, in_area
from guildmark_portal import clock
from guildmark_portal.directory import messages
from guildmark_portal.exams.language import current
from guildmark_portal.exams.queries import current_version, offered
from guildmark_portal.exams.support import contact_of
from guildmark_portal.mail import envelopes
from guildmark_portal.profiles.models import TermsKind
from guildmark_portal.profiles.queries import terms_in_force
from guildmark_portal.stipends.criteria import wording_of
from guildmark_portal.web.offers import names_of, offers_to


@dataclass(frozen=True)
class Area:
    """An area of the checklist, its skills by id, and the categories that ask for it, each with its program."""

    letter: str
    title: str
    skills: tuple[tuple[str, str], ...]
    asked_in: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    """An address of support, the programs that it answers for, and the languages that are spoken there."""

    address: str
    titles: tuple[str, ...]
    languages: str

    @property
    def is_mail(self) -> bool:
        """Whether letters go there; else it is a page."""
        return not self.address.startswith("https://")


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    context = {"offers": offers_to(()), "organisation": settings.ORGANISATION, **context}
    return render(request, f"guildmark/{template}.html", context)


@require_safe
def skills(request: HttpRequest) -> HttpResponse:
    """The skills checklist."""
    asked = tuple(dict.fromkeys(_asked()))
    areas = [
        Area(
            letter=letter,
            title=i18n._(title),
            skills=tuple((skill, i18n._(TITLES[skill])) for skill in in_area(letter)),
            asked_in=tuple(where for area, where in asked if area == letter),
        )
        for letter, title in AREAS.items()
    ]
    return _page(request, "skills", areas=areas, count=len(TITLES))


def _asked() -> Iterator[tuple[str, str]]:
    """Each area, with an exam's categories that ask for it, for every open program."""
    for program in offered():
        bank = current_version(program).bank
        title = text_in(bank.exam.title, current())
        for area in AREAS:
            asking = [category for category in bank.exam.categories if area in _areas(bank, category)]
            if len(asking) == len(bank.exam.categories):
                yield area, gettext("%(exam)s: every category") % {"exam": title}
            elif asking:
                named = ", ".join(f"{category.number}. {text_in(category.title, current())}" for category in asking)
                yield area, f"{title}: {named}"


def _areas(bank: BankManifest, category: CategorySpec) -> set[str]:
    return {skill[0] for form in bank.forms_of(category.id) for skill in form.task.skills}


@require_safe
def stipend(request: HttpRequest) -> HttpResponse:
    """Help with the fee."""
    offers = offers_to(())
    has_stipends = any(not offer.is_free and offer.policy.stipend_use_days for offer in offers)
    asked = (offer.policy.stipend_criteria for offer in offers if not offer.is_free and offer.policy.stipend_use_days)
    criteria = [wording_of(criterion) for criterion in dict.fromkeys(chain.from_iterable(asked))]
    return _page(request, "stipend", offers=offers, has_stipends=has_stipends, criteria=criteria)


@require_safe
def non_discrimination(request: HttpRequest) -> HttpResponse:
    """What no decision depends on."""
    return _page(request, "non_discrimination")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a person, why, and for how long. A notice that the organisation published itself takes its place."""
    for version in terms_in_force(now=clock.now()):
        if version.kind == TermsKind.PRIVACY:
            return redirect("web:terms_version", version.slug)
    kept_for = {
        "retention_days": settings.IDENTITY_RETENTION_DAYS,
        "mail_days": envelopes.KEPT_FOR.days,
        "message_days": messages.KEPT_FOR.days,
        "report_days": messages.REMEMBERED_FOR.days,
    }
    return _page(request, "privacy", **kept_for)


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to write to: each address once, with the programs that it answers for."""
    titles: dict[str, list[str]] = {}
    spoken: dict[str, dict[str, None]] = {}
    for offer in offers_to(()):
        if address := contact_of(offer.policy):
            titles.setdefault(address, []).append(offer.program.title)
            spoken.setdefault(address, {}).update(dict.fromkeys(offer.policy.languages))
    contacts = [Contact(address, tuple(named), names_of(spoken[address])) for address, named in titles.items()]
    if not contacts and (portal := settings.SUPPORT_CONTACT):
        contacts.append(Contact(portal, (settings.ORGANISATION,), names_of([settings.LANGUAGE_CODE])))
    return _page(request, "contact", contacts=contacts)
