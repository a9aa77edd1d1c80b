"""Writing a letter afresh that came back, when nothing of its text is left: whoever writes a kind of letter says how.

The kind is what stands before the first colon of a letter's key: `result:ATTEMPT`. It goes to where its reader takes mail now.
"""

from collections.abc import Callable

from guildmark_portal.jobs.models import Job

Writer = Callable[[str], object]
_writers: dict[str, Writer] = {}


def writer(kind: str) -> Callable[[Writer], Writer]:
    """Register how letters of `kind` are written again: called with what follows the kind in the key."""

    def register(write: Writer) -> Writer:
        _writers[kind] = write
        return write

    return register


def can_rewrite(job: Job) -> bool:
    """Whether the letter of `job` can be written afresh."""
    return job.key.partition(":")[0] in _writers


def rewrite(job: Job) -> None:
    """Write the letter of `job` afresh. Raises `KeyError` where nobody knows how."""
    kind, _colon, rest = job.key.partition(":")
    _writers[kind](rest)
