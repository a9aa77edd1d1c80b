"""What a candidate still has to give, in sentences: before the first document all of it at once, afterwards what is missing."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import Missing, Scope
from guildmark.rules.names import is_latin
from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.refusals import MISSING
from guildmark_portal.profiles.models import LegalName

Sentence = str | Promise


def needed(lacks: Sequence[Missing], check: Check | None, scope: Scope, name: LegalName | None) -> list[Sentence]:
    """What is missing; where nothing was given yet, everything that this person may need, by the name that they stated."""
    if scope is Scope.ADDRESS or (check is not None and facts.documents_of(check)):
        return [MISSING[part] for part in lacks]
    return [*_papers(name), *([MISSING[Missing.PHOTO]] if Missing.PHOTO in lacks else [])]


def _papers(name: LegalName | None) -> list[Sentence]:
    found: list[Sentence] = [MISSING[Missing.PRIMARY]]
    if name is None or not is_latin(name.name):
        found.append(
            _(
                "If it shows your name in another script only: a second document that shows it in Latin letters, such as a "
                "health insurance card, or a notarised translation."
            )
        )
    found.append(
        _("If it does not show your address, and a passport never does: a proof of address, such as a bank statement.")
    )
    return found
