"""A check of identity by a provider: begun, told of, and the name on the document held against the profile's.

The provider is asked outside transactions. What it tells is kept once and judged by `guildmark.rules.identity_session`, so
that messages may come twice, late or in any order.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity_session import SessionStanding, Told, form_that_agrees, standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import checks, providers
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession
from guildmark_portal.identity.providers import Message, NotThere, OutOfTurn, Provider, ProviderUnavailable, Started
from guildmark_portal.identity.providers.reasons import ProviderReason
from guildmark_portal.identity.refusals import NameNeeded
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.profiles import queries as profiles

COMPARE: Final = "identity.compare"


def standing_of(session: ProviderSession) -> SessionStanding:
    """Where a session stands."""
    told = [(Told(message.told), message.told_at) for message in session.messages.all()]
    return standing(told, name_agrees=session.name_agrees)


def newest_of(check: Check) -> ProviderSession | None:
    """The session that was started last."""
    return check.provider_sessions.last()


def verified_of(user: User) -> ProviderSession | None:
    """The newest session that verified who the person is; redaction and shredding do not take that back."""
    sessions = ProviderSession.objects.filter(of_check__user=user, name_agrees=True).prefetch_related("messages")
    return next((one for one in reversed(sessions) if standing_of(one) is SessionStanding.VERIFIED), None)


def reasons_of(session: ProviderSession) -> list[ProviderReason]:
    """Why the last try did not do."""
    asking = session.messages.filter(told=Told.REQUIRES_INPUT.value).last()
    return [ProviderReason(code) for code in asking.reasons] if asking else []


def level_reached(user: User) -> IdentityLevel:
    """The best check of identity that was done of this person."""
    if checks.is_approved(user):
        return IdentityLevel.REVIEWED
    return IdentityLevel.NONE if verified_of(user) is None else IdentityLevel.PROVIDER


def begin(*, user: User, now: datetime) -> str:
    """Where the candidate goes to be checked: a new session, or the one that waits for them.

    Raises `ProviderUnavailable`, `NameNeeded`, and `Refused` where there is nothing for the candidate to do.
    """
    provider = providers.configured()
    if provider is None:
        raise Refused(_("No provider of identity checks is set up here."), next_step=_("Give your papers to our reviewers."))
    if level_reached(user) is not IdentityLevel.NONE:
        raise Refused(_("Your identity has been checked already."), next_step=_("Go on with your registration."))
    if profiles.legal_name(user) is None:
        raise NameNeeded
    check = checks.open_check(user=user, now=now)
    if started := _resumed(check, provider, now=now):
        return started.url
    key = uuid4()
    try:
        started = provider.start(check=check.pk, key=str(key), return_url=f"{settings.PORTAL_URL}/identity/")
    except OutOfTurn as error:
        raise ProviderUnavailable from error
    if not started.url:
        raise ProviderUnavailable
    with transaction.atomic():
        made = ProviderSession.objects.create(
            id=key, of_check=check, provider=provider.kind, reference=started.reference, started_at=now
        )
        audit.record(actor=user, action="identity.provider_begun", subject=made, detail={"provider": provider.kind})
    return started.url


def _resumed(check: Check, provider: Provider, *, now: datetime) -> Started | None:
    """The session that waits for the candidate; None if a new one is needed. Raises `Refused` while the provider is at work."""
    newest = newest_of(check)
    if newest is None or newest.provider != provider.kind or standing_of(newest).is_over:
        return None
    if standing_of(newest) is SessionStanding.COMPARING:
        raise _at_work()
    try:
        found = provider.resume(newest.reference)
    except OutOfTurn:
        return None
    if found.told is Told.VERIFIED:  # asked, because no message has come
        asked = Message(f"asked:{found.told.value}", newest.reference, found.told, now, str(check.pk))
        receive(message=asked, provider=provider.kind, now=now)
    if found.told in {Told.PROCESSING, Told.VERIFIED}:
        raise _at_work()
    return found if found.url else None


def _at_work() -> Refused:
    return Refused(
        _("The provider is still looking at your document."), next_step=_("Wait a few minutes, then open this page again.")
    )


@transaction.atomic
def receive(*, message: Message, provider: str, now: datetime) -> bool:
    """Keep what a provider told, once. False if it is of no session that was begun here, or was kept before."""
    found = ProviderSession.objects.select_for_update().filter(provider=provider, reference=message.reference).first()
    if found is None or message.check != str(found.of_check_id):
        return False
    kept, is_new = ProviderMessage.objects.get_or_create(
        session=found,
        event=message.id,
        defaults={
            "told": message.told.value,
            "reasons": [reason.value for reason in message.reasons],
            "told_at": message.at,
            "received_at": now,
        },
    )
    if not is_new:
        return False
    detail = {"told": kept.told, "reasons": kept.reasons}
    audit.record(actor=f"provider:{provider}", action="identity.provider_told", subject=found, detail=detail)
    if message.told is not Told.REDACTED:
        Check.objects.filter(pk=found.of_check_id, closed_at=None).update(changed_at=now)
    if standing_of(found) is SessionStanding.COMPARING:
        enqueue(kind=COMPARE, key=str(found.pk))
    return True


@handler(COMPARE, attempts=None)
def _compare(job: Job) -> None:
    """Hold the name on the document against the profile's. Neither the name nor anything else of it is kept."""
    session = ProviderSession.objects.select_related("of_check__user").filter(pk=job.key).first()
    if session is None or standing_of(session) is not SessionStanding.COMPARING:
        return
    provider = providers.configured()
    if provider is None or provider.kind != session.provider:
        raise ProviderUnavailable
    try:
        first, last = provider.name_on(session.reference)
    except NotThere:
        first = last = ""
    with transaction.atomic():  # the name that is compared is the one that holds at `now`
        stated, now = profiles.legal_name(session.of_check.user), clock.now()
        form = stated and form_that_agrees(legal=stated.name, latin=stated.latin_name, first=first, last=last)
        found = {"name_agrees": form is not None, "agreed_form": form.value if form else "", "compared_at": now}
        if ProviderSession.objects.filter(pk=session.pk, name_agrees=None).update(**found):
            detail = {"agrees": found["name_agrees"], "form": found["agreed_form"]}
            audit.record(actor=audit.SYSTEM, action="identity.name_compared", subject=session, detail=detail)


def export(check: Check) -> list[dict[str, object]]:
    """The sessions of a check, for the person whose they are."""
    return [
        {
            "provider": session.provider,
            "started_at": session.started_at.isoformat(),
            "stands": standing_of(session).value,
            "told": [
                {"told": one.told, "reasons": one.reasons, "at": one.told_at.isoformat()} for one in session.messages.all()
            ],
            "redaction_asked_at": session.redaction_asked_at.isoformat() if session.redaction_asked_at else None,
        }
        for session in check.provider_sessions.all()
    ]


def shows_level(user: User, asked: IdentityLevel) -> bool:
    """Whether what was checked of this person is enough for a program that asks for `asked`."""
    reached = level_reached(user)
    return reached is IdentityLevel.REVIEWED or reached is asked
