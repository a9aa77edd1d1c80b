"""Whether an exam is good enough to go live, and an owner's word where it is not.

An exam whose sources are public has known answers. One whose forms were not calibrated, or changed since, may be too hard
or too easy, and nobody knows. Either goes live only with an owner's override, which stays in the audit table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guildmark.packs.bank import BankManifest
from guildmark.packs.calibration import shortfalls
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.refusals import PublishRefused


@dataclass(frozen=True)
class Override:
    """An owner's decision to publish in spite of what is missing, with the reason."""

    owner: User
    reason: str


def override(owner_email: str, reason: str) -> Override:
    """The override of the owner with that address. Raises `PublishRefused` if the address is no owner's or the reason empty."""
    owner = next((owner for owner in roles.owners() if owner.email == owner_email.strip().lower()), None)
    if owner is None:
        raise PublishRefused(
            _("%(email)s is not an owner of this portal.") % {"email": owner_email},
            next_step=_("Name an owner's address. guildmark-portal init --owner EMAIL makes one."),
        )
    if not reason.strip():
        raise PublishRefused(
            _("An override needs a reason."), next_step=_("Say in a sentence why this exam goes live as it is.")
        )
    return Override(owner, reason.strip())


def unready_for_live(manifest: BankManifest) -> tuple[str, ...]:
    """Every reason why the exam may not go live by itself; none if it may."""
    return tuple(_unready(manifest))


def _unready(manifest: BankManifest) -> Iterator[str]:
    if manifest.exam.visibility == "public":
        yield _("its sources are public, so its answers are known")
    for form in manifest.forms:
        for shortfall in shortfalls(form.calibration):
            yield f"{form.task.id}: {shortfall}"
