"""A person's own data of identity: read out to them with their own images, and shredded when their account goes."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from guildmark.rules.identity import Standing
from guildmark.rules.identity_session import SessionStanding
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Part
from guildmark_portal.identity import facts, provided, rejecting, shredding, vault
from guildmark_portal.identity.models import Check, Document, Evidence
from guildmark_portal.identity.reviewers_letter import ReviewersLetter
from guildmark_portal.identity.sealed import Sealed

NAME: Final = "identity"
_LOG: Final = logging.getLogger(__name__)


def export(user: User) -> list[Any]:
    """Every check: what was given, as long as it is kept, what was said of it, and when somebody looked."""
    return [_check(check) for check in Check.objects.filter(user=user)]


def images(user: User) -> Iterator[tuple[str, bytes]]:
    """Every picture that is still kept, as a JPEG, one after the other."""
    for image in Evidence.objects.filter(of_check__user=user).select_related("sealed"):
        if content := _opened(image.sealed):
            yield _file(image), content


def erase(user: User) -> None:
    """Shred everything. A check that was approved stays as a fact: who checked, when, how and that it was good."""
    ReviewersLetter.objects.filter(reviewer=user).delete()
    for check in Check.objects.filter(user=user):
        shredding.shred(check=check, now=clock.now(), actor=f"user:{user.pk}")
        if not _was_checked(check):
            sealed = shredding.records_of(check)
            check.photos.all().delete()
            check.delete()
            Sealed.objects.filter(pk__in=sealed).delete()


def kept(user: User) -> list[str]:
    """What stays of an approved check."""
    if not any(_was_checked(check) for check in Check.objects.filter(user=user)):
        return []
    return [_("That your identity was checked, when, how and by whom. Your papers and your photo are shredded.")]


def _was_checked(check: Check) -> bool:
    """Whether reviewers have approved it, or a provider has verified it."""
    sessions = check.provider_sessions.prefetch_related("messages")
    is_verified = any(facts.standing_of_session(session) is SessionStanding.VERIFIED for session in sessions)
    return is_verified or facts.standing_of(check) is Standing.APPROVED


def _check(check: Check) -> dict[str, Any]:
    return {
        "opened_at": check.opened_at.isoformat(),
        "stands": facts.standing_of(check).value,
        "documents": [_document(document) for document in check.documents.all()],
        "photos": [
            {"added_at": photo.added_at.isoformat(), "source": photo.source, "image": _name(photo.image)}
            for photo in check.photos.all()
        ],
        "submitted_at": [one.submitted_at.isoformat() for one in check.rounds.all()],
        "decisions": [
            {
                "decided_at": said.decided_at.isoformat(),
                "verdict": said.verdict,
                "reasons": said.reasons,
                "objections": [
                    {
                        "reason": of.reason,
                        "document": of.document.kind if of.document else None,
                        "photo": of.photo_id is not None,
                    }
                    for of in said.objections.select_related("document")
                ],
                "note": rejecting.note_of(said),
            }
            for one in check.rounds.all()
            for said in one.decisions.all()
        ],
        "provider": provided.export(check),
        "looks": [{"at": look.at.isoformat(), "what": look.what} for look in check.looks.all()],
    }


def _document(document: Document) -> dict[str, Any]:
    content = _opened(document.particulars)
    return {
        "kind": document.kind,
        "issuing_country": document.issuing_country,
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "added_at": document.added_at.isoformat(),
        "withdrawn_at": document.withdrawn_at.isoformat() if document.withdrawn_at else None,
        "printed": json.loads(content) if content else None,
        "pages": [_name(page) for page in document.pages.all()],
    }


def _name(image: Evidence) -> str | None:
    """Where the JPEG lies in the download; None once it was shredded."""
    return f"{NAME}/{_file(image)}" if _opened(image.sealed) else None


def _file(image: Evidence) -> str:
    return f"photo-{image.photo_id}.jpg" if image.document_id is None else f"document-{image.document_id}-{image.page}.jpg"


def _opened(sealed: Sealed) -> bytes | None:
    try:
        return vault.unseal(sealed)
    except vault.Shredded:
        return None
    except vault.Unreadable:  # everything else is still theirs to read
        _LOG.exception("The sealed record %s cannot be opened.", sealed.pk)
        return None


PART = Part(name=NAME, export=export, erase=erase, kept=kept, contents=images)
