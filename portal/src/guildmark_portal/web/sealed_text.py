"""A text of a form, sealed while a fresh sign-in comes first: the session that keeps the form holds no plain word of it."""

from typing import Final

from cryptography.exceptions import InvalidTag
from django.http import QueryDict

from guildmark_portal.accounts import sealing

_SEALED: Final = "sealed_{name}"


def sealed(form: QueryDict, name: str) -> QueryDict:
    """The form with its field `name` sealed; a form that holds nothing plain is answered as it is."""
    if name not in form:
        return form
    changed = form.copy()
    changed[_SEALED.format(name=name)] = sealing.seal("".join(changed.pop(name)[-1:]))
    return changed


def opened(form: QueryDict, name: str) -> QueryDict:
    """The form with its field `name` in plain again; empty if it was not sealed, or is not what was sealed."""
    changed = form.copy()
    try:
        changed[name] = sealing.unseal("".join(changed.pop(_SEALED.format(name=name), [])[-1:]))
    except (ValueError, InvalidTag):
        changed[name] = ""
    return changed
