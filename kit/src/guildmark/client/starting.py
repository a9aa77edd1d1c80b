"""Beginning an exam: the attempt of a folder, and the moment at which the clock starts.

From then on nothing may fail that could have been seen before: whether the folder can be written to, and whether there is room
for what the bundle holds, is asked before the portal is told to begin.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildmark.client import disk
from guildmark.client.files import sha256_of
from guildmark.client.transport import Transport
from guildmark.client.workspace import ExamState, Unpacked, Workspace
from guildmark.errors import BundleDamaged, NoExamHere, NotStarted, Refused, UsageError
from guildmark.i18n import _
from guildmark.packs.bundle import unseal
from guildmark.protocol import AttemptState, Begin, Begun, OpenAttempt

_NOT_FOUND: Final = "not_found"
_UNPACKED: Final = 6
"""A bundle is compressed: what it unpacks to is at most about so many times as large."""


@dataclass(frozen=True)
class Started:
    """The clock runs and the folder is ready. `unpacked` names files of the candidate that were kept."""

    begun: Begun
    unpacked: Unpacked


def attempt_of(api: Transport, program: str, workspace: Workspace) -> AttemptState:
    """The attempt under way at `program`, opened if need be, which `workspace` becomes the exam folder of.

    Raises `Refused` where the folder belongs to another attempt, `UsageError` where it cannot be written.
    """
    try:
        known = workspace.state
    except NoExamHere:
        state = api.post("/attempts", OpenAttempt(program=program), AttemptState)
        workspace.claim(ExamState(server=api.server, attempt=state.id, program=state.program, exam_title=state.exam_title))
        return state
    return _the_same(api, known, program, workspace.folder)


def _the_same(api: Transport, known: ExamState, program: str, folder: Path) -> AttemptState:
    """The attempt that `folder` holds, if it is under way at this program. No other one is opened for a folder in use."""
    if (known.server, known.program) == (api.server, program):
        try:
            state = api.get(f"/attempts/{known.attempt}", AttemptState)
        except Refused as refusal:
            if not is_of_another(refusal):
                raise
        else:
            if not state.phase.is_over:
                return state
    raise Refused(
        _("{folder} holds another attempt.").format(folder=folder),
        next_step=_("Name a new folder: guildmark start --folder DIR"),
        code="other_attempt",
    )


def is_of_another(refusal: Refused) -> bool:
    """Whether `refusal` of an attempt says that this account has none: what another one sits is not found."""
    return refusal.code == _NOT_FOUND


def of_another(workspace: Workspace) -> Refused:
    """What to raise where the exam of `workspace` was begun with another account."""
    said = _("The account that is signed in has no such exam: “{exam}” in {folder} was begun with another one.")
    return Refused(
        said.format(exam=workspace.state.exam_title, folder=workspace.folder),
        next_step=_("Sign in with the account that began it: guildmark login"),
        code=_NOT_FOUND,
    )


def begin(api: Transport, workspace: Workspace) -> Started:
    """Start the clock, open the bundle with the key that comes back, and unpack it.

    Raises `NotStarted` before the bundle is here, and `UsageError` where it could not be unpacked: before the clock runs, as
    far as that can be foreseen.
    """
    attempt, digest = workspace.state.attempt, workspace.state.bundle_sha256
    if digest is None or not workspace.bundle_path.is_file():
        raise NotStarted(_("The exam's bundle is not here yet."))
    sealed = workspace.bundle_path.read_bytes()
    if sha256_of(workspace.bundle_path) != digest:
        raise BundleDamaged
    _require_place(workspace, _UNPACKED * len(sealed))
    begun = api.post(f"/attempts/{attempt}/begin", Begin(bundle_sha256=digest), Begun)
    content = unseal(sealed, key=bytes.fromhex(begun.key), attempt=attempt)
    try:
        return Started(begun, workspace.unpack(content))
    except OSError as error:
        raise UsageError(
            _("The exam runs, and its files cannot be written to {folder}: {why}.").format(
                folder=workspace.folder, why=error.strerror or error
            ),
            next_step=_("Make room, or let the folder be written to, then start once more: the clock runs, nothing is lost."),
            code="no_room" if disk.is_full(error) else "not_written",
        ) from error


def _require_place(workspace: Workspace, size: int) -> None:
    """Raise `UsageError` unless `size` bytes can be written to the exam folder. The clock does not run yet, or goes on."""
    try:
        disk.require_room(workspace.folder, size)
        disk.require_writable(workspace.folder)
        disk.require_writable(workspace.hidden)
    except OSError as error:
        raise UsageError(
            _("The exam's files cannot be written to {folder}: {why}.").format(
                folder=workspace.folder, why=error.strerror or error
            ),
            next_step=_("Make room, or let the folder be written to, then start the exam."),
            code="no_room" if disk.is_full(error) else "not_written",
        ) from error
