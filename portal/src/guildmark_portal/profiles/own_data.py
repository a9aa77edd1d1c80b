"""What the profiles hold on a person: read out to them, and removed with their account."""

from typing import Any

from guildmark_portal.accounts.models import User
from guildmark_portal.profiles.models import Acceptance, LegalName, PersonStatement, Residence, SittingPlace


def export(user: User) -> dict[str, Any]:
    """Every name and residence with its date, the statement, and what was agreed to."""
    return {
        "legal_names": _rows(LegalName, user, "name", "latin_name", "recorded_at"),
        "residences": _rows(Residence, user, "country", "region", "locality", "postal_code", "street", "recorded_at"),
        "places_of_sitting": _rows(SittingPlace, user, "attempt", "country", "region", "declared_at"),
        "statements_of_being_a_person": _rows(PersonStatement, user, "wording", "stated_at"),
        "agreed_to": _rows(Acceptance, user, "terms__kind", "terms__version", "language", "accepted_at"),
    }


def erase(user: User) -> None:
    """Remove all of it: a certificate carries its own copy of the name."""
    for model in (LegalName, Residence, SittingPlace, PersonStatement, Acceptance):
        model._default_manager.filter(user=user).delete()  # noqa: SLF001 - the manager of whichever model it is


def _rows(model: Any, user: User, *fields: str) -> list[dict[str, Any]]:
    rows = model._default_manager.filter(user=user).order_by("id").values(*fields)  # noqa: SLF001 - as above
    return [{name: value.isoformat() if name.endswith("_at") else str(value) for name, value in row.items()} for row in rows]
