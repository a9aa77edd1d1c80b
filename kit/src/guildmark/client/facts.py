"""What a board is made of: what the portal said, what lies in the folder, what waits to be sent and what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guildmark.client.notices import Notice
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, SignInRequired
from guildmark.protocol import AttemptState, Problem


@dataclass(frozen=True)
class ModelFile:
    """The newest model file in a category's folder. `size` in bytes, `saved_at` by this machine's clock."""

    name: str
    size: int
    saved_at: datetime


@dataclass(frozen=True)
class NotTaken:
    """A file of the outbox that the portal refused for good, and why."""

    name: str
    problem: Problem


@dataclass(frozen=True)
class Sending:
    """A file of the outbox on its way: `done` of `total` bytes have arrived."""

    category: str
    name: str
    done: int
    total: int


@dataclass(frozen=True)
class Local:
    """What lies in a category's folder: its newest model, what speaks against handing it in, how many files are not sent yet.

    So many of these are `resting`, as no tool sends them at this moment, the last try for the reason `problem`. `refused` are
    those that waited and were not taken, since when nothing newer was handed in.
    """

    model: ModelFile | None = None
    notices: tuple[Notice, ...] = ()
    waiting: int = 0
    resting: int = 0
    problem: Problem | None = None
    refused: tuple[NotTaken, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that a board is made of. `age_s` is how many seconds ago the portal said `state`; None: it never did.

    `problem` is why nothing is heard of it now. `offline_since` is when that began; None also where only a sign-in is missing.
    `sending` is what goes out of the outbox from here.
    """

    workspace: Workspace
    state: AttemptState | None
    age_s: float = 0.0
    offline_since: datetime | None = None
    problem: GuildmarkError | None = None
    local: Mapping[str, Local] = field(default_factory=dict)
    sending: tuple[Sending, ...] = ()

    @property
    def signed_in(self) -> bool:
        """False once the portal took the sign-in no more."""
        return not isinstance(self.problem, SignInRequired)
