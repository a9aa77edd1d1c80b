"""What is open to whom: each program with the attempt that is under way at it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.conf import settings

from guildmark.errors import Refused
from guildmark.packs.model import text_in
from guildmark.protocol import AttemptSummary, ProgramView
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.requiring import title_of as required_title
from guildmark_portal.exams import queries
from guildmark_portal.exams.conditions import refusal_of
from guildmark_portal.exams.entitling import not_over, unspent
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Entitlement, ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.pilots import invitations_to
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.exams.retakes import waits_that_run
from guildmark_portal.web.before_payment import Fee


@dataclass(frozen=True)
class Offer:
    """An open program with its settings. With an attempt under way, there is nothing to register for: one goes on with that.

    Nor is there before `again`, the end of the wait after a failure, or where a `refusal` speaks against it.
    """

    program: ProgramView
    policy: ProgramPolicy
    is_free: bool
    under_way: AttemptSummary | None
    again: datetime | None = None
    refusal: Refused | None = None
    right: Entitlement | None = None
    """What an attempt that is opened now would take."""
    languages: str = ""
    """Those of the exam, by their names."""
    requires: str = ""
    """The title of the program of which a candidate must hold a certificate."""
    takes_registrations: bool = True
    is_pilot: bool = False
    """Who registers gets the pilot of a version, by invitation and at no cost."""
    fee: Fee | None = None
    """What is to be paid here before an attempt is opened; None where nothing is, and on pages that do not tell."""

    @property
    def is_open(self) -> bool:
        """Whether an attempt can be opened now."""
        return self.under_way is None and self.again is None and self.refusal is None


def offers_to(
    attempts: tuple[AttemptSummary, ...],
    waits: Mapping[str, datetime] = MappingProxyType({}),
    refusals: Mapping[str, Refused] = MappingProxyType({}),
    rights: Iterable[Entitlement] = (),
    invitations: Iterable[PilotInvitation] = (),
) -> tuple[Offer, ...]:
    """The open programs for a person with these `attempts` and `rights`; `waits`, `refusals` by program; a visitor has none.

    Pilots come first, to which there are `invitations`.
    """
    under_way = {attempt.program: attempt for attempt in attempts if attempt.phase is not Phase.DECIDED}
    first = {right.program.slug: right for right in reversed(list(rights))}
    now, pilots = clock.now(), {one.exam_version.program_id: one.exam_version for one in invitations}

    def offered(program: Program, version: ExamVersion) -> Offer:
        slug, policy, is_pilot = program.slug, program.policy, program.pk in pilots
        return Offer(
            queries.program_view(version),
            policy,
            program.is_free,
            under_way.get(slug),
            waits.get(slug) if not is_pilot or policy.pilot_certifies else None,
            refusals.get(slug),
            None if is_pilot else first.get(slug),
            languages=names_of(version.bank.exam.languages),
            requires=required_title(policy.requires) if policy.requires else "",
            takes_registrations=is_pilot or policy.window.takes_registrations(now=now),
            is_pilot=is_pilot,
        )

    tried = [offered(version.program, version) for version in pilots.values()]
    others = [program for program in queries.offered() if program.pk not in pilots]
    return (*tried, *(offered(program, queries.current_version(program, language=current())) for program in others))


def names_of(languages: Iterable[str]) -> str:
    """Languages by their own names, with commas between."""
    known = {code.lower(): name for code, name in settings.LANGUAGES}
    return ", ".join(str(known.get(language.lower(), language)) for language in languages)


def invitations_of(user: object) -> tuple[PilotInvitation, ...]:
    """The pilots that whoever asks may sit now; none of somebody who is not signed in."""
    return invitations_to(user) if isinstance(user, User) else ()


def title_of(program: Program) -> str:
    """The title of the program's exam, in the language of the reader."""
    version = queries.known_version(program)
    return program.title if version is None else text_in(version.bank.exam.title, current())


def attempts_of(user: object, *, now: datetime) -> tuple[AttemptSummary, ...]:
    """The attempts of whoever asks; none of somebody who is not signed in."""
    return queries.attempts_of(user=user, now=now) if isinstance(user, User) else ()


def waits_of(user: object, *, now: datetime) -> Mapping[str, datetime]:
    """Until when whoever asks has to wait, by program; nobody who is not signed in."""
    if not isinstance(user, User):
        return {}
    return {program.slug: again for program, again in waits_that_run(user=user, now=now)}


def rights_of(user: User, *, now: datetime) -> list[Entitlement]:
    """The rights to sit that `user` holds and no attempt has taken, the one that ends first on top."""
    return list(not_over(unspent(user).filter(attempt=None), now=now))


def shown_nowhere(rights: Iterable[Entitlement], offers: Iterable[Offer]) -> list[Entitlement]:
    """Those of which no offer speaks: a second one, or one for a program that takes no attempt of theirs now."""
    spoken_of = {offer.right.pk for offer in offers if offer.right is not None and offer.is_open}
    return [right for right in rights if right.pk not in spoken_of]


def refusals_of(user: object, *, now: datetime) -> Mapping[str, Refused]:
    """What keeps whoever asks from registering, by program."""
    if not isinstance(user, User):
        return {}
    found = {program.slug: refusal_of(user=user, program=program, now=now) for program in Program.objects.filter(is_open=True)}
    return {slug: refusal for slug, refusal in found.items() if refusal is not None}
