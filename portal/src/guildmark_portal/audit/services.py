"""Writing to the audit table."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from guildmark_portal import clock
from guildmark_portal.audit.models import Entry

SYSTEM = "system"


def record(
    *, actor: AbstractBaseUser | str, action: str, subject: Model | str, detail: Mapping[str, Any] | None = None
) -> Entry:
    """Add an entry, in the caller's transaction: what did not happen leaves no trace, what happened always does.

    Rows are named `model:key`, so that no address or name of a person enters a table that cannot forget.
    """
    return Entry.objects.create(
        at=clock.now(), actor=name_of(actor), action=action, subject=name_of(subject), detail=dict(detail or {})
    )


def done_before(*, action: str, subject: Model | str, once: str) -> Entry | None:
    """The entry of the same act, for a form that was sent twice: `once` is the key that it was shown with.

    The caller is inside the transaction that acts, which writes one at a time.
    """
    return Entry.objects.filter(action=action, subject=name_of(subject), detail__once=once).first() if once else None


def name_of(thing: Model | str) -> str:
    """How an entry names a row or an actor: `model:key`, never an address or a name of a person."""
    return thing if isinstance(thing, str) else f"{thing._meta.model_name}:{thing.pk}"  # noqa: SLF001 - Django's own way
