"""The steps of registration as a page shows them: what a program asks for, where each step stands, and where it is taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import Standing
from guildmark.rules.identity_session import SessionStanding
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.pilots import invitations_to
from guildmark_portal.exams.queries import announced
from guildmark_portal.handbook.queries import has_acknowledged
from guildmark_portal.identity import facts
from guildmark_portal.identity.provided import shows_level
from guildmark_portal.identity.queries import check_of
from guildmark_portal.profiles import queries, registration

KEPT: Final = "registering_for"
_AHEAD: Final = RegistrationPolicy(handbook=False)
"""What can be done while no program is open: a handbook is a program's."""


class Stand(str, Enum):
    """Where a step stands. What waits is up to others: there is nothing to do for the candidate but the steps beside it."""

    DONE = "done"
    OPEN = "open"
    REVIEWED = "reviewed"
    CHECKED = "checked"
    LACKING = "lacking"
    REFUSED = "refused"

    @property
    def waits(self) -> bool:
        """Whether reviewers, or a provider of identity checks, are at it."""
        return self in {Stand.REVIEWED, Stand.CHECKED}


_OF_SESSION: Final = {
    SessionStanding.PROCESSING: Stand.CHECKED,
    SessionStanding.COMPARING: Stand.CHECKED,
    SessionStanding.REQUIRES_INPUT: Stand.LACKING,
    SessionStanding.NAME_DIFFERS: Stand.LACKING,
    SessionStanding.ADDRESS_EMBARGOED: Stand.LACKING,
    SessionStanding.ADDRESS_NEEDED: Stand.LACKING,
}
"""Where papers stand by what a provider told; by anything else, they are still to be given."""


@dataclass(frozen=True)
class Row:
    """One line of the list: what is asked, where it is done, and where it stands."""

    title: str | Promise
    address: str
    stand: Stand

    @property
    def is_done(self) -> bool:
        """Whether nothing more is asked here."""
        return self.stand is Stand.DONE


@dataclass(frozen=True)
class Progress:
    """Every step with what comes next: the first that is not done and waits for nobody else; None if there is none."""

    rows: tuple[Row, ...]

    @property
    def following(self) -> Row | None:
        """The step to take now."""
        return next((row for row in self.rows if not row.is_done and not row.stand.waits), None)

    @property
    def waiting(self) -> Row | None:
        """The step that others are at."""
        return next((row for row in self.rows if row.stand.waits), None)

    @property
    def lacking(self) -> Row | None:
        """The step that came back and needs something."""
        return next((row for row in self.rows if row.stand is Stand.LACKING), None)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(row.is_done for row in self.rows)

    @property
    def has_begun(self) -> bool:
        """Whether anything was entered or handed in."""
        return any(row.stand is not Stand.OPEN for row in self.rows)


def answer_for_steps() -> None:
    """Let the rules know who tells of identity and handbook; the website stands above both."""
    registration.register(Step.IDENTITY, _has_shown_identity)
    registration.register(Step.HANDBOOK, _has_handbook)


def program_of(request: HttpRequest) -> Program | None:
    """The program that somebody registers for: the one they name, or named before, else the first that asks for anything."""
    invited = invitations_to(request.user) if isinstance(request.user, User) else ()
    programs = [*announced(), *(one.exam_version.program for one in invited)]
    named = request.GET.get("program") or request.session.get(KEPT, "")
    chosen = next((program for program in programs if program.slug == named), None)
    if chosen is not None and request.session.get(KEPT) != chosen.slug:
        request.session[KEPT] = chosen.slug
    return chosen or next((program for program in programs if program.policy.registration.steps), next(iter(programs), None))


def progress(user: User, program: Program | None, *, now: datetime) -> Progress:
    """Every step that is asked, in the order in which they are taken."""
    return Progress(tuple(_rows(user, program, now)))


def _rows(user: User, program: Program | None, now: datetime) -> list[Row]:
    asked = _AHEAD if program is None else program.policy.registration
    name = "" if program is None else program.slug
    missing = registration.steps_missing(user=user, policy=asked, now=now, program=name)
    listed = []
    if asked.profile:
        listed.append(_row(_("Your legal name"), "web:register_name", is_done=queries.legal_name(user) is not None))
    if asked.profile or asked.eligibility:
        listed.append(_residence(user, asked))
    if asked.profile:
        stated = queries.person_statement(user) is not None
        listed.append(_row(_("You register for yourself"), "web:register_person", is_done=stated))
    if asked.terms:
        listed.append(_row(_("The terms"), "web:register_terms", is_done=Step.TERMS not in missing))
    if asked.identity:
        stand = _of_papers(user) if Step.IDENTITY in missing else Stand.DONE
        listed.append(Row(_("Your papers"), reverse("web:identity"), stand))
    if asked.handbook:
        handbook = f"{reverse('web:handbook', args=[name])}?next={reverse('web:register')}"
        listed.append(Row(_("The candidate handbook"), handbook, Stand.OPEN if Step.HANDBOOK in missing else Stand.DONE))
    return listed


def next_address(user: User, program: Program | None, *, now: datetime) -> str:
    """Where the next open step is taken; the list itself once there is none."""
    following = progress(user, program, now=now).following
    return reverse("web:register") if following is None else following.address


def _row(title: str | Promise, page: str, *, is_done: bool) -> Row:
    return Row(title, reverse(page), Stand.DONE if is_done else Stand.OPEN)


def _of_papers(user: User) -> Stand:
    """Where papers stand that are not found good yet."""
    check = check_of(user)
    if check is None or check.closed_at is not None:
        return Stand.OPEN
    stand = {Standing.WAITING: Stand.REVIEWED, Standing.REJECTED: Stand.LACKING}.get(facts.standing_of(check))
    if stand is not None:
        return stand
    session = facts.newest_session_of(check)
    return Stand.OPEN if session is None else _OF_SESSION.get(facts.standing_of_session(session), Stand.OPEN)


def _residence(user: User, asked: RegistrationPolicy) -> Row:
    title = _("Where you live")
    if asked.eligibility and queries.residence_refusals(user):
        return Row(title, reverse("web:register_place"), Stand.REFUSED)
    return _row(title, "web:register_country", is_done=queries.residence(user) is not None)


def _has_shown_identity(user: User, program: str) -> bool:
    """As the program asks for it; any check while it is not known which program it will be."""
    chosen = Program.objects.filter(slug=program).first()
    return shows_level(user, None if chosen is None else chosen.policy.identity_check)


def _has_handbook(user: User, program: str) -> bool:
    chosen = Program.objects.filter(slug=program).first()
    return chosen is not None and has_acknowledged(user=user, program=chosen)
