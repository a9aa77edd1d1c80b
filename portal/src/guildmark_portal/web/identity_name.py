"""Which name holds on certificates, for the pages on which somebody could believe that it is another one."""

from dataclasses import dataclass

from guildmark.rules.identity import Standing
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import checked_names, facts, queries
from guildmark_portal.profiles import queries as profiles


@dataclass(frozen=True)
class Names:
    """The name in the profile; the form of it that was checked, as it is now and as it was then; the one that reviewers see."""

    stated: str
    current: str
    checked: str
    under_review: str

    @property
    def differs(self) -> bool:
        """Whether certificates carry another name than the profile says."""
        return bool(self.checked) and self.checked != self.current

    @property
    def is_reviewed_as_another(self) -> bool:
        """Whether reviewers see another name than the profile says."""
        return bool(self.under_review) and self.under_review != self.stated


def names_of(user: User) -> Names | None:
    """None while no legal name is stated."""
    stated = profiles.legal_name(user)
    if stated is None:
        return None
    checked, check = checked_names.best(user), queries.check_of(user)
    waits = check is not None and check.closed_at is None and facts.standing_of(check) is Standing.WAITING
    seen = queries.stated_name(check) if check is not None and waits else None
    return Names(
        stated.name,
        (checked and checked.today) or stated.name,
        checked.name if checked is not None else "",
        seen.name if seen is not None else "",
    )
