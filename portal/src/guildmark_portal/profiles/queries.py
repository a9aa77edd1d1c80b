"""Named reads: what somebody last stated, and what they have still to agree to."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from guildmark.rules.eligibility import Refusal, refusals
from guildmark_portal.accounts.models import User
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.models import (
    Acceptance,
    LegalName,
    PersonStatement,
    Residence,
    SittingPlace,
    TermsKind,
    TermsText,
    TermsVersion,
)


def legal_name(user: User, *, as_of: datetime | None = None) -> LegalName | None:
    """The name that holds now, or that held at `as_of`."""
    names = LegalName.objects.filter(user=user)
    return (names if as_of is None else names.filter(recorded_at__lte=as_of)).first()


def residence(user: User) -> Residence | None:
    """Where somebody lives now, as far as they said."""
    return Residence.objects.filter(user=user).first()


def person_statement(user: User) -> PersonStatement | None:
    """The statement of being a natural person."""
    return PersonStatement.objects.filter(user=user).first()


def residence_refusals(user: User) -> tuple[Refusal, ...]:
    """What speaks against somebody's sitting where they live; nothing while no residence is known."""
    known = residence(user)
    return refusals(in_force(), residence=known.place) if known else ()


def sitting_place(user: User, attempt: UUID) -> SittingPlace | None:
    """Where somebody says that they sit the attempt."""
    return SittingPlace.objects.filter(user=user, attempt=attempt).first()


def sitting_refusals(user: User, attempt: UUID) -> tuple[Refusal, ...]:
    """What speaks against sitting the attempt where somebody says that they are; nothing while they have not said it."""
    known = sitting_place(user, attempt)
    return refusals(in_force(), sitting=known.place) if known else ()


def terms_in_force(*, now: datetime) -> list[TermsVersion]:
    """The newest version of each kind that there is, terms first."""
    newest = (TermsVersion.objects.filter(kind=kind, published_at__lte=now).first() for kind in TermsKind.values)
    return [version for version in newest if version is not None]


def terms_to_accept(user: User, *, now: datetime) -> list[TermsVersion]:
    """What somebody has not agreed to yet, of what is in force."""
    accepted = set(Acceptance.objects.filter(user=user).values_list("terms_id", flat=True))
    return [version for version in terms_in_force(now=now) if version.pk not in accepted]


def acceptances(user: User) -> "QuerySet[Acceptance]":
    """Everything that somebody agreed to, the newest first."""
    return Acceptance.objects.filter(user=user).select_related("terms")


def text_of(version: TermsVersion, language: str) -> TermsText:
    """The text in `language`, in the language without its script or country, or in the one that it was written in."""
    texts = {text.language: text for text in version.texts.all()}
    for wanted in (language, language.partition("-")[0], "en"):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()))
