"""The letters about an entitlement to sit, in the language of its holder's account; to the address where there is none yet."""

from typing import Any, Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from guildmark.packs.model import text_in
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Entitlement, Voided
from guildmark_portal.exams.queries import known_version
from guildmark_portal.exams.support import contact_of
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_PRIORITY: Final = 30


def remind(right: Entitlement, *, days: int) -> None:
    """That it ends in so many days, and how to begin."""
    _send(right, "exams/entitlement_ends", key=f"entitlement:{right.pk}:ends:{days}")


def tell_granted(right: Entitlement) -> None:
    """That somebody may sit, until when, and what to do."""
    _send(right, "exams/entitlement_granted", key=f"entitlement:{right.pk}:granted")


def tell_voided(right: Entitlement, *, reason: str = "") -> None:
    """That it was taken back, and why; without a reason in words, of which kind that was."""
    kind = Voided(right.voided).label if right.voided else ""
    _send(right, "exams/entitlement_voided", key=f"entitlement:{right.pk}:voided", reason=reason or kind)


@rewriting.writer("entitlement")
def _again(key: str) -> None:
    number, _colon, what = key.partition(":")
    right = Entitlement.objects.select_related("user", "program").get(pk=int(number))
    if what == "granted":
        tell_granted(right)
    elif what == "voided":
        tell_voided(right, reason=right.void_reason)
    else:
        remind(right, days=int(what.removeprefix("ends:")))


def _send(right: Entitlement, template: str, *, key: str, **said: Any) -> None:
    """Nobody is written whose account is closed or deleted."""
    user, to = right.user, right.email if right.user is None else right.user.email
    if not to or is_deleted(to) or (user is not None and not user.is_active):
        return
    language = (user.language if user is not None else "") or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "name": "" if user is None else user.name,
            "exam": _title(right),
            "until": "" if right.valid_until is None else date_format(right.valid_until, "DATE_FORMAT"),
            "is_claimed": user is not None,
            "to": to,
            "page": f"{settings.PORTAL_URL}/exam/",
            "support": contact_of(right.program.policy),
            **{name: str(value) for name, value in said.items()},  # what is translated late, in their language
        }
    mail.send(to=to, key=key, template=template, language=language, context=context, priority=_PRIORITY)


def _title(right: Entitlement) -> str:
    version = known_version(right.program)
    return right.program.title if version is None else text_in(version.bank.exam.title, current())
