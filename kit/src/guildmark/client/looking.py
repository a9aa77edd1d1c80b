"""What every tool does before a file is sent: a look at it, and what there is to ask, as far as the time left allows.

What counts is the opening of the upload. Below `HURRY_S` nothing that takes long comes before it, and only a file that the
grader would refuse is spoken of; below `LAST_S` nothing comes before it at all. All tools follow this, so that a file that one
of them sends in the last minute is not held back by another.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from guildmark.client.check import Checked
from guildmark.client.kept import this_machines_time
from guildmark.client.notices import Level, Notice
from guildmark.client.run import Run
from guildmark.client.session import Session
from guildmark.errors import CheckUnavailable, GuildmarkError, ModelRefused
from guildmark.i18n import _
from guildmark.rules.wording import describe

LAST_S: Final = 60
HURRY_S: Final = 300
_ANSWERS_WITHIN_S: Final = 5.0
_NEVER_TAKEN = ("file.empty", "file.too_large")
"""The portal does not open an upload for these."""


class Look(str, Enum):
    """What the look at a file came to; `UNAVAILABLE` where this machine lacks what it needs."""

    SKIPPED = "skipped"
    UNAVAILABLE = "unavailable"
    PASSED = "passed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Considered:
    """A file that may be handed in, and what is to be said before. `findings` are why the grader would refuse it, on a line."""

    file: Path
    look: Look
    notices: tuple[Notice, ...] = ()
    findings: str = ""

    @property
    def against(self) -> tuple[Notice, ...]:
        """Everything that speaks against it, to be asked about where somebody can be asked."""
        if self.look is not Look.REFUSED:
            return self.notices
        next_step = _("Change the model as described, and save it again.")
        refused = Notice(level=Level.URGENT, code="model_refused", text=self.findings, next_step=next_step)
        return (refused, *self.notices)


def time_left_s(session: Session) -> float | None:
    """The time left in seconds, as far as it is known without waiting for it: from the portal, else by this machine's clock.

    None where nothing was ever heard. Nothing that the portal says here keeps a file from being handed in.
    """
    try:
        return session.state(within_s=_ANSWERS_WITHIN_S).time_left_s
    except GuildmarkError:
        last = session.last_heard()
        return None if last is None else last.time_left_s(this_machines_time())


def consider(session: Session, category: str, path: Path, *, time_left_s: float | None, looks: bool = True) -> Considered:
    """What speaks against handing `path` in, where there is time for that; where no time is known, as in a hurry.

    Raises `ModelRefused` for what no portal opens, unless `looks` is false: then the file itself is not looked at.
    """
    left_s = LAST_S if time_left_s is None else time_left_s
    if left_s < LAST_S:
        return Considered(path, Look.SKIPPED)
    checked = looked_at(session, category, path, time_left_s=left_s) if looks else None
    if checked is None:
        look, findings = Look.UNAVAILABLE if looks else Look.SKIPPED, ""
    else:
        look, findings = Look.PASSED if checked.passed else Look.REFUSED, in_one_line(checked)
    if left_s < HURRY_S:
        return Considered(path, look, findings=findings)
    notices = session.warnings(category, path, looks_inside=look is Look.REFUSED)
    return Considered(path, look, notices, findings)


def looked_at(session: Session, category: str, path: Path, *, time_left_s: float) -> Checked | None:
    """What the look found; None where this machine lacks what it needs. Raises `ModelRefused` for what no portal opens."""
    run = Run.NEVER if time_left_s < HURRY_S else Run.WHERE_SHAPES_ARE_UNKNOWN
    try:
        checked = session.check(category, path, run=run)
    except CheckUnavailable:
        return None
    if any(finding.code in _NEVER_TAKEN for finding in checked.findings):
        raise ModelRefused(in_one_line(checked))
    return checked


def in_one_line(checked: Checked) -> str:
    """What speaks against the file."""
    return " ".join(describe(finding.code, finding.params) for finding in checked.findings)
