"""The forms of a name that a certificate may carry, and the one that its holder chose.

Where an identity was checked, only forms that somebody has held against papers are offered; see `holder`. One with letters
that no font has is offered only where there is no other: the badge carries it, and there is no PDF of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from guildmark.rules.credential import IdentityLevel
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials import paper
from guildmark_portal.credentials.models import NameChoice, NameKey
from guildmark_portal.credentials.refusals import NameRefused
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import checked_names
from guildmark_portal.profiles import queries as profiles


@dataclass(frozen=True)
class NameForm:
    """A form of the holder's name: by which `key` it is chosen, and how it reads."""

    key: NameKey
    text: str


def forms_of(attempt: Attempt) -> tuple[NameForm, ...]:
    """The forms that may stand on the certificate of `attempt`, the one that it carries unless another was chosen first."""
    return tuple(form for form in _every_form(attempt) if not paper.letters_missing(form.text)) or _every_form(attempt)


def _every_form(attempt: Attempt) -> tuple[NameForm, ...]:
    level, user = IdentityLevel(attempt.identity_check), attempt.user
    if level is IdentityLevel.NONE:
        return _stated(attempt)
    checked = checked_names.reviewed(user) if level is IdentityLevel.REVIEWED else checked_names.provided(user)
    return () if checked is None else _forms(checked.name, checked.latin)


def _stated(attempt: Attempt) -> tuple[NameForm, ...]:
    """What the candidate stated by the end of the attempt: whoever passed cannot become somebody else afterwards."""
    stated = profiles.legal_name(attempt.user, as_of=attempt.ended_at)
    if stated is not None:
        return _forms(stated.name, stated.in_latin)
    issued = attempt.certificates.filter(replaces=None).first()
    return _single(attempt.user.name.strip() if issued is None else issued.holder)


def chosen_form(attempt: Attempt) -> NameForm | None:
    """The form that its holder chose, or the first; None where there is none."""
    forms = forms_of(attempt)
    choice = NameChoice.objects.filter(user=attempt.user).first()
    wanted = next((form for form in forms if choice is not None and form.key == choice.form), None)
    return wanted or next(iter(forms), None)


def chosen_name(attempt: Attempt) -> str:
    """The name in the form that its holder chose, or the first; empty where there is none."""
    found = chosen_form(attempt)
    return "" if found is None else found.text


@transaction.atomic
def choose(*, attempt: Attempt, key: str, now: datetime) -> NameForm:
    """Let certificates of the candidate carry this form from now on. Raises `NameRefused` for one that is not offered."""
    form = next((one for one in forms_of(attempt) if one.key == key), None)
    if form is None:
        raise NameRefused
    NameChoice.objects.update_or_create(user=attempt.user, defaults={"form": form.key, "chosen_at": now})
    audit.record(actor=attempt.user, action="certificate.name_chosen", subject=attempt.user, detail={"form": form.key.value})
    return form


def _forms(own: str, latin: str) -> tuple[NameForm, ...]:
    if not latin or latin == own:
        return _single(own)
    both = f"{own} ({latin})"
    return NameForm(NameKey.OWN, own), NameForm(NameKey.LATIN, latin), NameForm(NameKey.BOTH, both)


def _single(name: str) -> tuple[NameForm, ...]:
    return (NameForm(NameKey.OWN, name),) if name else ()
