"""A check of identity by a provider: begun, told of, and what stands on the document held against the profile's name and G5.

The provider is asked outside transactions. What it tells is kept once and judged by `guildmark.rules.identity_session`, so
that messages may come twice, late or in any order.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.eligibility import address_on_papers
from guildmark.rules.identity_session import SessionStanding, Told, form_that_agrees
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import checked_names, checks, facts, outcomes, providers
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession
from guildmark_portal.identity.providers import Message, NotThere, OutOfTurn, Provider, ProviderUnavailable, Seen, Started
from guildmark_portal.identity.refusals import NameNeeded
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.profiles import queries as profiles
from guildmark_portal.profiles.embargoes import in_force

COMPARE: Final = "identity.compare"


def level_reached(user: User) -> IdentityLevel:
    """The best check of identity that was done of this person; of the name that holds now, if one was."""
    checked = checked_names.best(user)
    return IdentityLevel.NONE if checked is None else checked.level


def begin(*, user: User, now: datetime) -> str:
    """Where the candidate goes to be checked: a new session, or the one that waits for them.

    Raises `ProviderUnavailable`, `NameNeeded`, and `Refused` where there is nothing for the candidate to do.
    """
    provider = providers.configured()
    if provider is None:
        raise Refused(_("No provider of identity checks is set up here."), next_step=_("Give your papers to our reviewers."))
    if shows_level(user, None):
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
            id=key,
            of_check=check,
            provider=provider.kind,
            reference=started.reference,
            started_at=now,
            language=get_language() or "",
        )
        audit.record(actor=user, action="identity.provider_begun", subject=made, detail={"provider": provider.kind})
    return started.url


def _resumed(check: Check, provider: Provider, *, now: datetime) -> Started | None:
    """The session that waits for the candidate; None if a new one is needed. Raises `Refused` while the provider is at work."""
    newest = facts.newest_session_of(check)
    if newest is None or newest.provider != provider.kind or facts.standing_of_session(newest).is_over:
        return None
    if facts.standing_of_session(newest) is SessionStanding.COMPARING:
        raise _at_work()
    if facts.standing_of_session(newest) is SessionStanding.ADDRESS_NEEDED:
        raise Refused(_("Your document is checked; it shows no address."), next_step=_("Add a proof of address."))
    try:
        found = provider.resume(newest.reference)
    except OutOfTurn:
        return None
    if found.told is Told.VERIFIED:  # asked, because no message has come
        asked = Message(f"asked:{found.told.value}", newest.reference, found.told, now, str(check.pk))
        receive(message=asked, provider=provider, now=now)
    if found.told in {Told.PROCESSING, Told.VERIFIED}:
        raise _at_work()
    return found if found.url else None


def _at_work() -> Refused:
    return Refused(
        _("The provider is still looking at your document."), next_step=_("Wait a few minutes, then open this page again.")
    )


@transaction.atomic
def receive(*, message: Message, provider: Provider, now: datetime) -> bool:
    """Keep what a provider told, once. False if it is of no session that was begun here, or was kept before."""
    found = _session_of(message, provider)
    if found is None:
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
    audit.record(actor=f"provider:{provider.kind}", action="identity.provider_told", subject=found, detail=detail)
    if message.told is not Told.REDACTED:
        Check.objects.filter(pk=found.of_check_id, closed_at=None).update(changed_at=now)
    where = facts.standing_of_session(found)
    if where is SessionStanding.COMPARING:
        enqueue(kind=COMPARE, key=str(found.pk))
    elif where.value == message.told.value and found.messages.last() == kept:
        outcomes.tell(found, provider=provider)
    return True


def _session_of(message: Message, provider: Provider) -> ProviderSession | None:
    """The session that a message is of, locked; None if none was begun here for that check."""
    sessions = ProviderSession.objects.select_for_update(of=("self",)).select_related("of_check__user")
    found = sessions.filter(provider=provider.kind, reference=message.reference).first()
    return found if found is not None and message.check == str(found.of_check_id) else None


@handler(COMPARE, attempts=None)
def _compare(job: Job) -> None:
    """Hold what stands on the document against the profile's name and the embargoed places. Nothing of it is kept."""
    session = ProviderSession.objects.select_related("of_check__user").filter(pk=job.key).first()
    if session is None or facts.standing_of_session(session) is not SessionStanding.COMPARING:
        return
    provider = providers.configured()
    if provider is None or provider.kind != session.provider:
        raise ProviderUnavailable
    try:
        seen = provider.seen_on(session.reference)
    except NotThere:
        seen = Seen()
    _judge(session, seen, provider)


@transaction.atomic
def _judge(session: ProviderSession, seen: Seen, provider: Provider) -> None:
    """Write down what was found, once, and tell the candidate. The name that is compared is the one that holds now."""
    stated, now = profiles.legal_name(session.of_check.user), clock.now()
    form = stated and form_that_agrees(legal=stated.name, latin=stated.latin_name, first=seen.first, last=seen.last)
    address = address_on_papers(in_force(), papers=seen.address)
    found = {
        "name_agrees": form is not None,
        "agreed_form": form.value if form else "",
        "compared_at": now,
        "address": address.value,
    }
    if not ProviderSession.objects.filter(pk=session.pk, name_agrees=None).update(**found):
        return
    detail = {"agrees": found["name_agrees"], "form": found["agreed_form"], "address": address.value}
    audit.record(actor=audit.SYSTEM, action="identity.name_compared", subject=session, detail=detail)
    session.refresh_from_db()
    outcomes.tell(session, provider=provider)


def export(check: Check) -> list[dict[str, object]]:
    """The sessions of a check, for the person whose they are."""
    return [
        {
            "provider": session.provider,
            "started_at": session.started_at.isoformat(),
            "stands": facts.standing_of_session(session).value,
            "told": [
                {"told": one.told, "reasons": one.reasons, "at": one.told_at.isoformat()} for one in session.messages.all()
            ],
            "address": session.address,
            "redaction_asked_at": session.redaction_asked_at.isoformat() if session.redaction_asked_at else None,
        }
        for session in check.provider_sessions.all()
    ]


def shows_level(user: User, asked: IdentityLevel | None) -> bool:
    """Whether what was checked of this person is enough for a program that asks for `asked`; None: for any.

    It is not while the profile says another name than the one that was checked.
    """
    checked = checked_names.best(user)
    if checked is None or not checked.is_current:
        return False
    return asked is None or checked.level in {IdentityLevel.REVIEWED, asked}
