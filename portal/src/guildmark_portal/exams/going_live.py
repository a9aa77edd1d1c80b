"""Whether an exam is good enough to go live, and an owner's word where it is not.

An exam whose sources are public has known answers, and so have variants that were published for practice: candidates may keep
what they were given there. One whose forms were not calibrated, or changed since, may be too hard or too easy, and nobody
knows. Each goes live only with an owner's override, which stays in the audit table. A live variant never becomes practice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guildmark.packs.bank import BankManifest
from guildmark.packs.calibration import shortfalls
from guildmark.protocol import ExamKind
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import ExamVersion
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


def variants_in_use(manifest: BankManifest, kinds: Collection[ExamKind]) -> int:
    """How many variants of `manifest` are published in programs of `kinds`: those with a part, public or hidden, in common."""
    versions = ExamVersion.objects.filter(program__kind__in=[kind.value for kind in kinds])
    used = {digest for version in versions for digests in _parts(version.bank) for digest in digests}
    return sum(not used.isdisjoint(digests) for digests in _parts(manifest))


def _parts(manifest: BankManifest) -> Iterator[set[str]]:
    for form in manifest.forms:
        yield from ({variant.public.sha256, variant.hidden.sha256} for variant in form.variants)


def known_answers(manifest: BankManifest) -> Iterator[str]:
    """Why candidates may know the answers already."""
    if manifest.exam.visibility == "public":
        yield _("its sources are public, so its answers are known")
    if known := variants_in_use(manifest, [kind for kind in ExamKind if kind is not ExamKind.LIVE]):
        yield _("%(count)s of its variants are published for practice, so their files are known") % {"count": known}


def _unready(manifest: BankManifest) -> Iterator[str]:
    yield from known_answers(manifest)
    for form in manifest.forms:
        for shortfall in shortfalls(form.calibration):
            yield f"{form.task.id}: {shortfall}"
