"""The candidate's photo: from the browser's camera, from another device by a one-time link, or as a file by leave."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from guildmark.rules.identity import is_large_enough
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import facts, vault
from guildmark_portal.identity.checks import locked, withdraw
from guildmark_portal.identity.intake.kinds import Kind, is_heif, kind_of
from guildmark_portal.identity.intake.pages import FileUnusable, Page, pages_of
from guildmark_portal.identity.models import Check, Evidence, Leave, Link, Photo, PhotoSource
from guildmark_portal.identity.refusals import LinkSpent, NoLeave, PhotoTooSmall, ReviewRefused
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

PHOTO = "photo"
LINK_LASTS: Final = timedelta(minutes=15)


def add_photo(*, check: Check, file: bytes, now: datetime) -> Photo:
    """Keep a photo that the browser's camera took, instead of one that was there.

    Raises `FileUnusable`, `PhotoTooSmall` or `TakesNoChanges`.
    """
    return _keep(check, _picture(check, file), PhotoSource.BROWSER, now=now)


def add_photo_file(*, check: Check, file: bytes, now: datetime) -> Photo:
    """Keep a photo that comes as a file, which uses up a reviewer's leave. Raises `NoLeave` without one, else as above."""
    if not has_leave(check):
        raise NoLeave
    picture = _picture(check, file)
    with transaction.atomic():
        leave = Leave.objects.select_for_update().filter(of_check=check, used_at=None).first()
        if leave is None:
            raise NoLeave
        leave.used_at = now
        leave.save(update_fields=["used_at"])
        return _keep(check, picture, PhotoSource.FILE, now=now, leave=leave)


def add_photo_by_link(*, token: str, file: bytes, now: datetime) -> Photo:
    """Keep a photo that another device sends with its one-time link, and use the link up. Raises `LinkSpent`, else as above."""
    link = find_link(token=token, now=now)
    picture = _picture(link.of_check, file)
    with transaction.atomic():
        photo = _keep(link.of_check, picture, PhotoSource.DEVICE, now=now)
        if not Link.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now):
            raise LinkSpent
    return photo


@transaction.atomic
def make_link(*, check: Check, now: datetime) -> str:
    """The secret part of a new one-time link; those made before count no longer."""
    held = locked(check, now=now)
    Link.objects.filter(of_check=held, used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(24)
    Link.objects.create(of_check=held, token_sha256=_digest(token), made_at=now, expires_at=now + LINK_LASTS)
    audit.record(actor=held.user, action="identity.link", subject=held)
    return token


def find_link(*, token: str, now: datetime) -> Link:
    """The link with this secret, if it can still be used. Raises `LinkSpent`."""
    link = Link.objects.select_related("of_check__user").filter(token_sha256=_digest(token), used_at=None).first()
    if link is None or link.expires_at <= now or not facts.standing_of(link.of_check).takes_changes:
        raise LinkSpent
    return link


def has_arrived(*, token: str) -> bool:
    """Whether a photo came with the link of this secret, as long as anything of the check is kept."""
    link = Link.objects.filter(token_sha256=_digest(token)).first()
    if link is None or link.used_at is None:
        return False
    return Photo.objects.filter(of_check=link.of_check_id, source=PhotoSource.DEVICE, added_at=link.used_at).exists()


@transaction.atomic
def grant_leave(*, check: Check, reviewer: User, now: datetime) -> bool:
    """Let the candidate send the photo as a file, once, and tell them; whether that is new. Raises `ReviewRefused`."""
    if not holds(reviewer, Role.REVIEWER) or check.user_id == reviewer.pk:
        raise ReviewRefused
    try:
        with transaction.atomic():
            Leave.objects.create(of_check=check, granted_by=reviewer, granted_at=now)
    except IntegrityError:  # it has one, or somebody else gives it at this very moment
        return False
    audit.record(actor=reviewer, action="identity.leave", subject=check)
    _tell_of_leave(check)
    return True


def _tell_of_leave(check: Check) -> None:
    mail.send(
        to=check.user.email,
        key=f"identity.leave:{check.pk}",
        template="identity/leave",
        context={"name": check.user.name, "url": f"{settings.PORTAL_URL}/identity/photo/"},
    )


@rewriting.writer("identity.leave")
def _tell_of_leave_again(key: str) -> None:
    _tell_of_leave(Check.objects.get(pk=UUID(key)))


def has_leave(check: Check) -> bool:
    """Whether the candidate may send the photo as a file."""
    return Leave.objects.filter(of_check=check, used_at=None).exists()


def _picture(check: Check, file: bytes) -> Page:
    kind = kind_of(file)
    if kind in {Kind.PDF, Kind.WEBP}:  # a page of a PDF has any number of pixels, whatever was drawn on it
        raise FileUnusable("not_a_photo")
    if kind is None and file and not is_heif(file):
        raise FileUnusable("unknown_photo")
    (page,) = pages_of(file, sender=check.user_id)
    if not is_large_enough(page.width, page.height):
        raise PhotoTooSmall(page.width, page.height)
    return page


@transaction.atomic
def _keep(check: Check, picture: Page, source: PhotoSource, *, now: datetime, leave: Leave | None = None) -> Photo:
    held = locked(check, now=now)
    before = facts.photo_of(held)
    if before is not None:
        withdraw(thing=before, now=now)
    photo = Photo.objects.create(
        of_check=held, source=source, width=picture.width, height=picture.height, leave=leave, added_at=now
    )
    Evidence.objects.create(of_check=held, photo=photo, sealed=vault.seal(content=picture.jpeg, purpose=PHOTO))
    audit.record(actor=held.user, action="identity.photo", subject=held, detail={"source": source.value})
    return photo


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
