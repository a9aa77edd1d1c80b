"""The steps of registration as a page shows them: what a program asks for, what is done, and where the rest is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.handbook.queries import has_acknowledged
from guildmark_portal.identity.provided import level_reached, shows_level
from guildmark_portal.profiles import queries, registration

KEPT: Final = "registering_for"
_AHEAD: Final = RegistrationPolicy(handbook=False)
"""What can be done while no program is open: a handbook is a program's."""


@dataclass(frozen=True)
class Row:
    """One line of the list: what is asked, where it is done, and whether it is; `refused` if it cannot be as it stands."""

    title: str | Promise
    address: str
    is_done: bool
    refused: bool = False


def answer_for_steps() -> None:
    """Let the rules know who tells of identity and handbook; the website stands above both."""
    registration.register(Step.IDENTITY, _has_shown_identity)
    registration.register(Step.HANDBOOK, _has_handbook)


def program_of(request: HttpRequest) -> Program | None:
    """The program that somebody registers for: the one they name, or named before, else the first that asks for anything."""
    programs = list(Program.objects.filter(is_open=True))
    named = request.GET.get("program") or request.session.get(KEPT, "")
    chosen = next((program for program in programs if program.slug == named), None)
    if chosen is not None and request.session.get(KEPT) != chosen.slug:
        request.session[KEPT] = chosen.slug
    return chosen or next((program for program in programs if program.policy.registration.steps), next(iter(programs), None))


def rows(user: User, program: Program | None, *, now: datetime) -> list[Row]:
    """Every step that is asked, in the order in which they are taken."""
    asked = _AHEAD if program is None else program.policy.registration
    name = "" if program is None else program.slug
    missing = registration.steps_missing(user=user, policy=asked, now=now, program=name)
    listed = []
    if asked.profile:
        listed.append(Row(_("Your legal name"), reverse("web:register_name"), queries.legal_name(user) is not None))
    if asked.profile or asked.eligibility:
        listed.append(_residence(user, asked))
    if asked.profile:
        stated = queries.person_statement(user) is not None
        listed.append(Row(_("You register for yourself"), reverse("web:register_person"), stated))
    if asked.terms:
        listed.append(Row(_("The terms"), reverse("web:register_terms"), Step.TERMS not in missing))
    if asked.identity:
        listed.append(Row(_("Your papers"), reverse("web:identity"), Step.IDENTITY not in missing))
    if asked.handbook:
        handbook = f"{reverse('web:handbook', args=[name])}?next={reverse('web:register')}"
        listed.append(Row(_("The candidate handbook"), handbook, Step.HANDBOOK not in missing))
    return listed


def next_address(user: User, program: Program | None, *, now: datetime) -> str:
    """Where the next open step is taken; the list itself once there is none."""
    opened = (row.address for row in rows(user, program, now=now) if not row.is_done)
    return next(opened, reverse("web:register"))


def _residence(user: User, asked: RegistrationPolicy) -> Row:
    refused = asked.eligibility and bool(queries.residence_refusals(user))
    page = reverse("web:register_place" if refused else "web:register_country")
    return Row(_("Where you live"), page, queries.residence(user) is not None and not refused, refused)


def _has_shown_identity(user: User, program: str) -> bool:
    """As the program asks for it; any check while it is not known which program it will be."""
    chosen = Program.objects.filter(slug=program).first()
    if chosen is None:
        return level_reached(user) is not IdentityLevel.NONE
    return shows_level(user, chosen.policy.identity_check)


def _has_handbook(user: User, program: str) -> bool:
    chosen = Program.objects.filter(slug=program).first()
    return chosen is not None and has_acknowledged(user=user, program=chosen)
