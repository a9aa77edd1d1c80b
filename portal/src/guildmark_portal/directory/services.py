"""Entering the network, changing what is shown, and leaving it: at once, and in one transaction each.

There is no cache and no copy: what a page, a search, the map or an export says is read from these rows, so that whoever
leaves is gone with the commit.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory import slugs
from guildmark_portal.directory.entered import Shown
from guildmark_portal.directory.holders import listable_certificates, names_on, skills_of
from guildmark_portal.directory.models import ListedCertificate, Listing, SearchKey
from guildmark_portal.directory.names import keys
from guildmark_portal.directory.refusals import NothingToList
from guildmark_portal.profiles import queries as profiles


@transaction.atomic
def publish(*, user: User, shown: Shown, now: datetime) -> Listing:
    """List a holder, or show what they choose now; it is public with the commit.

    Raises `NothingToList` without a chosen certificate that counts or with a name that none of them carries, and `SlugRefused`
    for an address that cannot be theirs.
    """
    if not _lock(user).is_active:
        raise NothingToList
    listing, chosen, is_new = _draft(user, shown, now=now)
    listing.slug = _slug(shown.slug, user=user, kept=listing.slug, now=now)
    listing.save()
    _show(listing, chosen)
    audit.record(
        actor=user, action="network.joined" if is_new else "network.changed", subject=user, detail={"shown": shown.filled}
    )
    return listing


def preview(*, user: User, shown: Shown, now: datetime) -> tuple[Listing, list[ListedCertificate]]:
    """What others would see, without a row of it being written. Raises `NothingToList`."""
    listing, chosen, _is_new = _draft(user, shown, now=now)
    return listing, [_row(listing, certificate, counts=True) for certificate in chosen]


@transaction.atomic
def take_out(*, user: User, actor: User | str) -> bool:
    """Leave nothing of a holder in the network; False if there was nothing."""
    _lock(user)
    found = Listing.objects.filter(user=user)
    if not found.exists():
        return False
    found.delete()
    audit.record(actor=actor, action="network.left", subject=user)
    return True


@transaction.atomic
def refresh(*, user: User, today: date) -> None:
    """Follow what happened to a holder's certificates. One that came in the place of another is shown in its place.

    A name that stands on none of them any more is not shown: until its holder chooses again, the listing is not public. Nor is
    that of an account that is not active.
    """
    is_active = _lock(user).is_active
    listing = Listing.objects.filter(user=user).first()
    if listing is None:
        return
    listable = {certificate.pk: certificate for certificate in listable_certificates(user, today=today)}
    chosen: dict[int, Certificate] = {}
    waiting: list[Certificate] = []
    for row in listing.certificates.select_related("certificate__attempt__program"):
        meant = _in_its_place(row.certificate, listable)
        if meant is None:
            waiting.append(row.certificate)
            continue
        chosen[meant.pk] = meant
        if meant != row.certificate and listing.name == row.certificate.holder:
            listing.name = meant.holder
    is_public = is_active and listing.name in names_on(listable.values())
    _show(listing, chosen.values(), waiting=waiting, is_public=is_public)


def _lock(user: User) -> User:
    """One writer of a holder's rows at a time: nobody lists what is revoked, or who leaves, at the same moment."""
    return User.objects.select_for_update().get(pk=user.pk)


def _draft(user: User, shown: Shown, *, now: datetime) -> tuple[Listing, list[Certificate], bool]:
    """The listing with what was chosen, not saved; the certificates that it shows; whether there was none before."""
    listable = listable_certificates(user, today=now.date())
    chosen = [certificate for certificate in listable if certificate.identifier in shown.certificates]
    if not chosen or shown.name not in names_on(listable):
        raise NothingToList
    before = Listing.objects.filter(user=user).first()
    listing = before or Listing(user=user, listed_at=now)
    residence = profiles.residence(user) if shown.shows_country else None
    listing.country = residence.country if residence else ""
    listing.name, listing.town, listing.headline, listing.about = shown.name, shown.town, shown.headline, shown.about
    listing.links, listing.shows_skills = list(shown.links), shown.shows_skills
    listing.is_indexed, listing.takes_messages, listing.changed_at = shown.is_indexed, shown.takes_messages, now
    return listing, chosen, before is None


def _in_its_place(certificate: Certificate, listable: dict[int, Certificate]) -> Certificate | None:
    """The certificate, or the one that replaced it in the end, if it can be shown."""
    meant: Certificate | None = certificate
    while meant is not None and meant.pk not in listable:
        meant = getattr(meant, "replacement", None)
    return None if meant is None else listable[meant.pk]


def _slug(chosen: str, *, user: User, kept: str, now: datetime) -> str:
    if chosen and chosen != kept:
        slugs.choose(chosen, user=user, now=now)
    return chosen or kept or slugs.draw(user=user)


def _show(
    listing: Listing, chosen: Iterable[Certificate], *, waiting: Iterable[Certificate] = (), is_public: bool = True
) -> None:
    """Write the listing's rows anew. `waiting` are kept with them, and do not count; without `is_public` nothing does."""
    rows = [_row(listing, one, counts=True) for one in chosen]
    counting = rows if is_public else []
    listing.certificates.all().delete()
    ListedCertificate.objects.bulk_create([*rows, *(_row(listing, one, counts=False) for one in waiting)])
    listing.newest_on = max((row.issued_on for row in counting), default=None)
    listing.valid_until = max((row.expires_on for row in counting), default=None)
    listing.save(update_fields=["name", "newest_on", "valid_until"])
    listing.keys.all().delete()
    SearchKey.objects.bulk_create(SearchKey(listing=listing, key=key) for key in keys(listing.name, listing.headline))


def _row(listing: Listing, certificate: Certificate, *, counts: bool) -> ListedCertificate:
    document = certificate.document
    skills = skills_of(certificate) if listing.shows_skills else ()
    return ListedCertificate(
        listing=listing,
        certificate=certificate,
        identifier=certificate.identifier,
        program=certificate.attempt.program.slug,
        title=document["exam_title"],
        level=document["level"],
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        skills=f" {' '.join(skills)} " if skills else "",
        counts=counts,
    )
