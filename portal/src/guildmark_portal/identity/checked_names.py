"""The names that were held against papers: those are what certificates carry, whatever a profile says later.

Reviewers hold the legal name against the papers as it was when they were submitted; a provider finds one form of it on its
document. A profile that is changed afterwards asks for a new check.
"""

from dataclasses import dataclass

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import Standing
from guildmark.rules.identity_session import NameForm, SessionStanding
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderSession
from guildmark_portal.profiles import queries as profiles
from guildmark_portal.profiles.models import LegalName


@dataclass(frozen=True)
class CheckedName:
    """A name, what the profile says in its place now, how the name was checked, and with which check.

    `latin` is its form in Latin letters, as that was held against papers too; empty where nobody saw it.
    """

    name: str
    today: str
    level: IdentityLevel
    check: Check
    latin: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the profile still says the same; where no name was ever stated there is nothing to hold against it."""
        return not self.name or not self.today or self.name == self.today


def best(user: User) -> CheckedName | None:
    """The best check that was done of this person: one of the name that holds now comes before one of an earlier name."""
    found = [one for one in (reviewed(user), provided(user)) if one is not None]
    return next((one for one in found if one.is_current), found[0] if found else None)


def reviewed(user: User) -> CheckedName | None:
    """The name of the papers that reviewers approved last."""
    rounds = (check.rounds.last() for check in Check.objects.filter(user=user) if facts.standing_of(check) is Standing.APPROVED)
    newest = max((one for one in rounds if one is not None), key=lambda one: one.submitted_at, default=None)
    if newest is None:
        return None
    stated, now = profiles.legal_name(user, as_of=newest.submitted_at), profiles.legal_name(user)
    return CheckedName(_name(stated), _name(now), IdentityLevel.REVIEWED, newest.of_check, _latin_name(stated))


def provided(user: User) -> CheckedName | None:
    """The name that a provider found on its document, in the form that it bears: the other one was seen by nobody."""
    session = verified_of(user)
    if session is None:
        return None
    stated, now = profiles.legal_name(user, as_of=session.compared_at), profiles.legal_name(user)
    form = _name if session.agreed_form == NameForm.LEGAL.value else _latin_name
    return CheckedName(form(stated), form(now), IdentityLevel.PROVIDER, session.of_check)


def verified_of(user: User) -> ProviderSession | None:
    """The newest session that verified who the person is; redaction and shredding do not take that back."""
    sessions = ProviderSession.objects.filter(of_check__user=user, name_agrees=True).prefetch_related("messages")
    return next((one for one in reversed(sessions) if facts.standing_of_session(one) is SessionStanding.VERIFIED), None)


def _name(stated: LegalName | None) -> str:
    return "" if stated is None else stated.name


def _latin_name(stated: LegalName | None) -> str:
    return "" if stated is None else stated.in_latin
