"""What the portal said last, kept in the exam folder, so that a tool without a connection shows scores and counts the time on.

`.guildmark/last.json` is a copy and nothing else: whoever hears the portal writes it anew, and one that is broken, of another
attempt, or of a later version is as good as none.
"""

import time
from contextlib import suppress
from datetime import datetime, timezone

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from guildmark.client.files import write_atomically
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError
from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase

_FILE = "last.json"


class LastHeard(BaseModel):
    """What the portal said of an attempt, and when it was heard by this machine's clock."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    heard_at: AwareDatetime
    state: AttemptState

    def age_s(self, now: datetime) -> float:
        """How many seconds ago it was heard; a clock that was set back since makes it no younger than now."""
        return max(0.0, (now - self.heard_at).total_seconds())

    def time_left_s(self, now: datetime) -> float:
        """The time left in seconds by this machine's clock; an outage that was open then still holds the time."""
        runs = self.state.phase is Phase.RUNNING and self.state.outage_since is None
        return max(0.0, self.state.time_left_s - (self.age_s(now) if runs else 0.0))


def this_machines_time() -> datetime:
    """The time by this machine. It decides nothing: it tells how long ago something was, and dates what is kept here."""
    return datetime.fromtimestamp(time.time(), tz=timezone.utc)


def keep(workspace: Workspace, state: AttemptState, *, heard_at: datetime) -> None:
    """Keep `state` as what was heard last. Where it cannot be written, nothing is lost but this copy."""
    document = LastHeard(heard_at=heard_at, state=state).model_dump_json().encode()
    with suppress(OSError):
        write_atomically(workspace.hidden / _FILE, document, durable=False)


def last_heard(workspace: Workspace) -> LastHeard | None:
    """What the portal said last of this folder's attempt; None where nothing readable is kept."""
    try:
        last = LastHeard.model_validate_json((workspace.hidden / _FILE).read_bytes())
        is_ours = last.state.id == workspace.state.attempt
    except (OSError, ValidationError, GuildmarkError):
        return None
    return last if is_ours else None
