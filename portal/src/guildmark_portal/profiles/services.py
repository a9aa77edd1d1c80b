"""Every write of the profiles: keyword-only, one transaction, an audit entry that names nobody."""

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark_portal import clock
from guildmark_portal.accounts import services as accounts
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.profiles import queries
from guildmark_portal.profiles.announcing import announce
from guildmark_portal.profiles.entered import Address, FullName, Whereabouts
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

_VERSION: Final = re.compile(r"[A-Za-z0-9_-]{1,20}", re.ASCII)


class TermsRefused(Refused):
    """These terms cannot be published."""

    default_next_step = mark("Give the new text another version, and one file a language.")


@transaction.atomic
def record_name(*, user: User, full_name: FullName, actor: User | str | None = None) -> LegalName:
    """Note the legal name; a name that is the same as before stays the row that it was. The account takes the name too.

    `actor` is the person themselves unless somebody else is named.
    """
    known = queries.legal_name(user)
    if known is not None and (known.name, known.latin_name) == (full_name.name, full_name.latin_form):
        return known
    row = LegalName.objects.create(user=user, name=full_name.name, latin_name=full_name.latin_form, recorded_at=clock.now())
    accounts.rename(user=user, name=full_name.name)
    audit.record(actor=actor or user, action="profile.name_recorded", subject=row)
    return row


@transaction.atomic
def record_residence(*, user: User, address: Address) -> Residence:
    """Note where somebody lives; an address that is the same as before stays the row that it was."""
    known = queries.residence(user)
    stated = {
        "country": address.country,
        "region": address.region,
        "locality": address.locality,
        "postal_code": address.postal_code,
        "street": address.street,
    }
    if known is not None and all(getattr(known, name) == value for name, value in stated.items()):
        return known
    row = Residence.objects.create(user=user, **stated, recorded_at=clock.now())
    audit.record(actor=user, action="profile.residence_recorded", subject=row)
    return row


@transaction.atomic
def declare_sitting(*, user: User, attempt: UUID, whereabouts: Whereabouts) -> SittingPlace:
    """Note where somebody says that they sit the attempt; said anew, the newest word holds."""
    row = SittingPlace.objects.create(
        user=user, attempt=attempt, country=whereabouts.country, region=whereabouts.region, declared_at=clock.now()
    )
    audit.record(actor=user, action="profile.sitting_declared", subject=row, detail={"attempt": str(attempt)})
    return row


@transaction.atomic
def state_natural_person(*, user: User, wording: str) -> PersonStatement:
    """Note that somebody says that they are a natural person; said twice, the first time counts."""
    row, is_new = PersonStatement.objects.get_or_create(user=user, defaults={"wording": wording, "stated_at": clock.now()})
    if is_new:
        audit.record(actor=user, action="profile.person_stated", subject=row)
    return row


@transaction.atomic
def accept_terms(*, user: User, version: TermsVersion, language: str) -> Acceptance:
    """Note that somebody agrees to the version, which they read in `language`; agreed twice, the first time counts."""
    row, is_new = Acceptance.objects.get_or_create(
        user=user, terms=version, defaults={"language": language, "accepted_at": clock.now()}
    )
    if is_new:
        audit.record(actor=user, action="terms.accepted", subject=row, detail={"terms": version.slug, "language": language})
    return row


@transaction.atomic
def publish_terms(*, kind: TermsKind, version: str, texts: Mapping[str, str], actor: User | str) -> TermsVersion:
    """Put a new version into force: `texts` by language. Everybody is asked to agree to it before their next step.

    Who agreed to an earlier one gets a letter.
    """
    if not texts or not all(text.strip() for text in texts.values()):
        raise TermsRefused(_("There is no text to publish."))
    if _VERSION.fullmatch(version) is None:
        raise TermsRefused(
            _("%(version)s cannot be a version: it stands in the address of the document.") % {"version": f'"{version}"'},
            next_step=_("Write it with 1 to 20 letters, digits, - or _, for example 2030-01."),
        )
    try:
        with transaction.atomic():
            row = TermsVersion.objects.create(
                kind=kind,
                version=version,
                published_at=clock.now(),
                published_by=actor if isinstance(actor, str) else f"user:{actor.pk}",
            )
    except IntegrityError as error:
        raise TermsRefused(
            _("Version %(version)s of this document is published already, and stays as it is.") % {"version": version}
        ) from error
    TermsText.objects.bulk_create(
        TermsText(terms=row, language=language, text=text.strip() + "\n") for language, text in texts.items()
    )
    detail = {"terms": row.slug, "languages": sorted(texts), "letters": announce(row)}
    audit.record(actor=actor, action="terms.published", subject=row, detail=detail)
    return row
