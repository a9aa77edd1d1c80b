"""Renewal: the same exam again, or a shorter one that renews its program; the older certificate stays valid to its end."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guildmark.rules.credential import ENDS, Happening, is_suspended
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.credentials.refusals import NothingToRenew
from guildmark_portal.exams.conditions import condition
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.queries import offered


def certified_by(program: Program) -> str:
    """The name of the program that a pass certifies: another one's for an exam that renews it."""
    return program.policy.renews or program.slug


def renewed_by(program: Program) -> Program:
    """The open exam with which a certificate of `program` is renewed: a shorter one where there is one, else the whole one."""
    certified = certified_by(program)
    open_ones = offered()
    shorter = next((one for one in open_ones if one.policy.renews == certified), None)
    return shorter or next((one for one in open_ones if one.slug == certified), program)


def earlier_of(attempt: Attempt) -> Certificate | None:
    """The candidate's newest certificate of what this attempt certifies that has not ended and that nothing renews yet."""
    certified = certified_by(attempt.program)
    return held(attempt.user, certified).filter(renewal=None).exclude(attempt=attempt).first()


def supersede(certificate: Certificate, *, now: datetime) -> None:
    """A newer one was earned, in the caller's transaction: this one stays valid to its end."""
    CertificateEvent.objects.create(
        certificate=certificate, kind=Happening.SUPERSEDED.value, happened_at=now, actor=audit.SYSTEM
    )
    audit.record(
        actor=audit.SYSTEM,
        action="certificate.superseded",
        subject=certificate,
        detail={"identifier": certificate.identifier},
    )


@condition
def _holds_what_it_renews(user: User, program: Program, now: datetime) -> NothingToRenew | None:
    """An exam that renews is for those who hold a certificate that can be renewed."""
    renewed = program.policy.renews
    if not renewed:
        return None
    from_day = now.date() - timedelta(days=program.policy.renewal_days)
    renewable = held(user, renewed).filter(expires_on__gte=from_day, renewal=None).prefetch_related("events")
    if any(not is_suspended(certificate.happened) for certificate in renewable):
        return None
    sentence = _("This exam renews a certificate that you do not hold, or one that ended too long ago.")
    return NothingToRenew(sentence, next_step=_("Register for the whole exam instead."))


def held(user: User, certified: str) -> "QuerySet[Certificate]":
    """What somebody holds of a program, by that exam or by one that renews it; what was ended for good is left out."""
    renewing = [program.pk for program in Program.objects.all() if certified_by(program) == certified]
    certificates = Certificate.objects.filter(attempt__user=user, attempt__program__in=renewing)
    return certificates.exclude(events__kind__in=[kind.value for kind in ENDS])
