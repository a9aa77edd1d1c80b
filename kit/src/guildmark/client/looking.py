"""The look at a file before it is sent: never in the way of a file that could count, nor of a candidate in a hurry."""

from pathlib import Path

from guildmark.client.check import Checked
from guildmark.client.run import Run
from guildmark.client.session import Session
from guildmark.errors import CheckUnavailable, ModelRefused
from guildmark.rules.wording import describe

HURRY_S = 300
"""With less time left, nothing that takes long may come before the opening of the upload, which is what counts."""
_NEVER_TAKEN = ("file.empty", "file.too_large")
"""The portal does not open an upload for these."""


def looked_at(session: Session, category: str, path: Path, *, time_left_s: float) -> Checked | None:
    """What the look found; None where this machine lacks what it needs. Raises `ModelRefused` for what no portal opens."""
    run = Run.NEVER if time_left_s < HURRY_S else Run.WHERE_SHAPES_ARE_UNKNOWN
    try:
        checked = session.check(category, path, run=run)
    except CheckUnavailable:
        return None
    if any(finding.code in _NEVER_TAKEN for finding in checked.findings):
        raise ModelRefused(in_words(checked))
    return checked


def look_before(session: Session, category: str, path: Path, *, time_left_s: float, otherwise: str) -> bool:
    """Whether the file was looked at; False where this machine lacks what that needs.

    Raises `ModelRefused` with the next step `otherwise`, which each tool has in its own words.
    """
    checked = looked_at(session, category, path, time_left_s=time_left_s)
    if checked is None:
        return False
    if not checked.passed:
        raise ModelRefused(in_words(checked), next_step=otherwise)
    return True


def in_words(checked: Checked) -> str:
    """What speaks against the file, as one line."""
    return " ".join(describe(finding.code, finding.params) for finding in checked.findings)
