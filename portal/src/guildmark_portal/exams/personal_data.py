"""The exams' part of what the portal holds on a person: entitlements, attempts, submissions with their files and reports.

An attempt is deleted with everything below it. Where something above protects it (a certificate), its facts stay without the
names of files and without the files themselves.
"""

import shutil
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Model, ProtectedError, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.packs.names import fitting_name
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.exams import storage
from guildmark_portal.exams.admitting import FREE
from guildmark_portal.exams.entitling import PILOT, not_over, unspent
from guildmark_portal.exams.models import (
    Accommodation,
    Attempt,
    Credit,
    Decision,
    Delivery,
    Entitlement,
    PilotInvitation,
    Pin,
    Program,
    Regrade,
    Report,
    Revision,
    Ruling,
    Submission,
    Upload,
    Voided,
)
from guildmark_portal.exams.remembered import failed_before, remember
from guildmark_portal.exams.retakes import failures, waits_that_run

_NAMELESS: Final = "model"
_OF_AN_ENTITLEMENT: Final = (
    "email",
    "source",
    "reason",
    "granted_at",
    "valid_until",
    "reminded_of",
    "spent_at",
    "voided_at",
    "voided",
    "void_reason",
)


def obstacles(user: User) -> Iterator[str]:
    """An exam whose clock runs, or whose result is not written down yet."""
    under_way = user.attempts.filter(started_at__isnull=False, ended_at=None)
    if under_way.exclude(program__kind=ExamKind.REHEARSAL.value).exists():
        yield _("An exam of yours is under way. Finish it, or wait until its result is there.")


def kept(user: User) -> Iterator[str]:
    """Failures, while a wait runs that a new account must not end."""
    for program, again in waits_that_run(user=user, now=clock.now()):
        yield _(
            "When you failed at %(program)s, under a digest of your address that nobody can read back, until %(day)s: an "
            "account with the same address waits as long as this one."
        ) % {"program": program.title, "day": date_format(localtime(again), "DATE_FORMAT")}


def lost(user: User) -> Iterator[str]:
    """Rights to sit that could still be used, and are not to be had for nothing."""
    for right in not_over(unspent(user), now=clock.now()).exclude(source=FREE):
        yield _("Your right to sit %(program)s, which you have not used, ends with the account.") % {
            "program": right.program.title
        }


def export(user: User) -> Json:
    """Every row, as it is stored."""
    invitations = _invitations(user)
    return {
        "accommodations": list(
            user.accommodations.values(
                "program__slug", "percent", "breaks", "break_minutes", "granted_at", "ends_on", "revoked_at"
            )
        ),
        "entitlements": list(user.entitlements.values("program__slug", *_OF_AN_ENTITLEMENT)),
        "invitations_to_pilots": list(
            invitations.values("exam_version__program__slug", "exam_version__version", "email", "invited_at", "withdrawn_at")
        ),
        "failures_of_a_deleted_account": [
            {"program": program.slug, "failed_at": failed}
            for program in Program.objects.all()
            if (failed := failed_before(user=user, program=program, now=clock.now()))
        ],
        "attempts": [_attempt(attempt) for attempt in user.attempts.select_related("exam_version__program")],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "exam": str(attempt.exam_version),
        **_facts(Attempt.objects.filter(pk=attempt.pk))[0],
        "credits": _facts(attempt.credits.all()),
        "deliveries": _facts(attempt.deliveries.all()),
        "uploads": _facts(attempt.uploads.all()),
        "pins_taken_back": _facts(attempt.pins.filter(submission=None)),
        "submissions": [
            {
                **facts,
                "reports": _facts(Report.objects.filter(submission=facts["id"])),
                "regrades": _facts(Regrade.objects.filter(submission=facts["id"])),
                "rulings": _facts(Ruling.objects.filter(submission=facts["id"])),
                "pinned_at": list(Pin.objects.filter(submission=facts["id"]).values_list("pinned_at", flat=True)),
            }
            for facts in _facts(attempt.submissions.all())
        ],
        "decision": next(iter(_facts(Decision.objects.filter(attempt=attempt))), None),
        "revisions": _facts(Revision.objects.filter(decision__attempt=attempt)),
    }


def _facts(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    keys = {field.attname for field in rows.model._meta.concrete_fields if field.is_relation}  # noqa: SLF001 - Django's own way
    return [{name: value for name, value in row.items() if name not in keys} for row in rows.values()]


def files(user: User) -> Iterator[tuple[str, Path]]:
    """The models that were handed in."""
    for submission in Submission.objects.filter(attempt__user=user):
        name = fitting_name(f"{submission.category}-{submission.pk}-{Path(submission.file_name).name}")
        yield f"{submission.attempt_id}/{name}", storage.submitted(submission.attempt_id, submission.sha256)


def erase(user: User) -> None:
    """Remove every attempt, or make it nameless; its files go once the deletion is committed. Waits that run go on."""
    now = clock.now()
    _invitations(user).delete()
    for program, again in list(waits_that_run(user=user, now=now)):
        remember(user=user, program=program, failures=failures(user=user, program=program, now=now), until=again)
    for attempt in user.attempts.all():
        places = list(_places(attempt))
        if not _removed(attempt):
            attempt.uploads.update(file_name=_NAMELESS)
            attempt.submissions.update(file_name=_NAMELESS)
            Entitlement.objects.filter(pk=attempt.entitlement_id).update(email="", reason="", void_reason="")
        transaction.on_commit(partial(_remove_files, places))
    _forget_moved(user)
    Entitlement.objects.filter(user=user, attempt=None).delete()
    Entitlement.objects.filter(user=None, email=user.email).delete()
    Accommodation.objects.filter(user=user).delete()


def _invitations(user: User) -> QuerySet[PilotInvitation]:
    """To a pilot: those to an address of theirs, and those that they used."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)}
    used = user.entitlements.filter(source=PILOT).values_list("once", flat=True)
    numbers = [int(once.removeprefix("pilot:")) for once in used if once.startswith("pilot:")]
    mine = Q(email__in={address.lower() for address in addresses}) | Q(pk__in=numbers)
    return PilotInvitation.objects.filter(mine)


def _forget_moved(user: User) -> None:
    """What was given on stays, nameless: by it a payment is followed to the right that stands for it now."""
    moved = Entitlement.objects.filter(user=user, voided=Voided.MOVED.value)
    moved.update(user=None, email="", reason="", void_reason="")


def _removed(attempt: Attempt) -> bool:
    """Whether the attempt could be deleted, with its entitlement; nothing is changed if it could not."""
    below: Iterable[QuerySet[Any, Model]] = (
        Revision.objects.filter(decision__attempt=attempt),
        Ruling.objects.filter(submission__attempt=attempt),
        Report.objects.filter(submission__attempt=attempt),
        Regrade.objects.filter(submission__attempt=attempt),
        Pin.objects.filter(attempt=attempt),
        Delivery.objects.filter(attempt=attempt),
        Submission.objects.filter(attempt=attempt),
        Upload.objects.filter(attempt=attempt),
        Credit.objects.filter(attempt=attempt),
        Decision.objects.filter(attempt=attempt),
        Attempt.objects.filter(pk=attempt.pk),
        Entitlement.objects.filter(pk=attempt.entitlement_id).exclude(voided=Voided.MOVED.value),
    )
    try:
        with transaction.atomic():
            for rows in below:
                rows.delete()
    except ProtectedError:
        return False
    return True


def _places(attempt: Attempt) -> Iterator[Path]:
    yield storage.submitted(attempt.pk, _NAMELESS).parent
    yield from (storage.part(upload.pk) for upload in attempt.uploads.all())
    if attempt.bundle_sha256:
        yield storage.bundle(attempt.pk, attempt.bundle_sha256)


def _remove_files(places: Iterable[Path]) -> None:
    for place in places:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


PART: Final = Part(name="exams", export=export, erase=erase, obstacles=obstacles, kept=kept, lost=lost, files=files)
