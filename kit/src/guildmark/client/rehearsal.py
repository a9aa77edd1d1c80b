"""Rehearsing on the machine on which one trains: what the exam needs of it, up to a practice submission with its score.

Each check tells what was found and, where it fails, how the exam is sat all the same: only the model file counts, so a machine
without TensorFlow or room on its disk can hand the training to another one.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from guildmark.client.dry_run import interpreter_with_tensorflow
from guildmark.client.session import Session
from guildmark.client.tus import Progress
from guildmark.errors import GuildmarkError, ServerUnreachable, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import REHEARSAL_PROGRAM, AttemptSummary, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

READY_MODEL = "ready.keras"
IMPORT_LIMIT_S = 120.0
TRAINING_LIMIT_S = 300.0
GRADING_LIMIT_S = 180.0
_GIB = 1024**3
ROOM_BYTES = 2 * _GIB
CLOCK_LIMIT_S = 30.0
_HALF_A_SECOND = timedelta(seconds=0.5)

_IMPORT = "import tensorflow; print(tensorflow.__version__)"
_BEFORE_THE_CLOCK = (Phase.REGISTERED, Phase.PREPARED)
_CATEGORY = "category1"
_SAVED = ("mymodel.keras", "mymodel.h5")
Say = Callable[[str], object]


@dataclass(frozen=True)
class Check:
    """What was found. `fallback` says how the exam is sat all the same; it is empty for a check that is `good`."""

    name: str
    said: str
    fallback: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is left to do."""
        return not self.fallback


@dataclass(frozen=True)
class Practised:
    """How the practice submission went. `submission` is None where none could be handed in."""

    check: Check
    submission: SubmissionState | None = None


class _StillWaiting(Exception):
    """The score did not come in time."""


def python_check() -> Check:
    """The interpreter that runs us."""
    return Check("python", _("Python {version}: {path}").format(version=platform.python_version(), path=sys.executable))


def tensorflow_check(*, python: Path | None = None, limit_s: float = IMPORT_LIMIT_S) -> tuple[Check, Path | None]:
    """Import TensorFlow in the candidate's own interpreter (or `python`); which one that is, if it could be imported."""
    interpreter = python or interpreter_with_tensorflow()
    fallback = _("Install it (pip install tensorflow), or train elsewhere, such as in a notebook: only the model file counts.")
    if interpreter is None:
        return Check("tensorflow", _("No Python on this machine has TensorFlow."), fallback), None
    began = time.monotonic()
    try:
        done = subprocess.run([str(interpreter), "-c", _IMPORT], capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        said = _("TensorFlow did not start within {seconds} seconds in {path}.").format(seconds=int(limit_s), path=interpreter)
        return Check("tensorflow", said, fallback), None
    except OSError as error:
        said = _("{path} does not run: {reason}.").format(path=interpreter, reason=error.strerror)
        return Check("tensorflow", said, fallback), None
    if done.returncode:
        said = _("TensorFlow cannot be imported in {path}.").format(path=interpreter)
        return Check("tensorflow", said, fallback), None
    found = {"version": done.stdout.strip().splitlines()[-1], "seconds": round(time.monotonic() - began), "path": interpreter}
    return Check("tensorflow", _("TensorFlow {version} starts in {seconds} s: {path}").format(**found)), interpreter


def disk_check(folder: Path, *, room_bytes: int) -> Check:
    """Room for the exam, its data and checkpoints where it will lie."""
    free = shutil.disk_usage(folder).free
    said = _("{count} GiB are free in {folder}.").format(count=round(free / _GIB, 1), folder=folder)
    if free >= room_bytes:
        return Check("disk", said)
    return Check("disk", said, _("Make room, or name a folder on another disk: guildmark start --folder DIR"))


def clock_check(session: Session, *, now: Callable[[], datetime]) -> Check:
    """How far this machine's clock is from the portal's. Raises `SignInRequired` and `ServerUnreachable`."""
    asked = now()
    stamped, heard = session.server_time(), now()
    seconds = round(abs((asked + (heard - asked) / 2 - stamped - _HALF_A_SECOND).total_seconds()))  # the word is cut to seconds
    said = _("The portal answers; this machine's clock differs by {seconds} s.").format(seconds=seconds)
    if seconds <= CLOCK_LIMIT_S:
        return Check("portal", said)
    return Check("portal", said, _("Go by guildmark status: it shows the time left by the portal's clock, which decides."))


def wall_clock() -> datetime:
    """The time by this machine, to be compared with the portal's and used for nothing else."""
    return datetime.fromtimestamp(time.time(), tz=timezone.utc)


def waiting_attempt(session: Session) -> AttemptSummary | None:
    """The newest attempt whose clock has not started."""
    return next((one for one in session.attempts() if one.phase in _BEFORE_THE_CLOCK), None)


def sealed_check(session: Session, folder: Path | None, progress: Progress) -> Check:
    """Bring the sealed bundle of the exam that waits to its folder, and verify it; the clock does not start."""
    attempt = waiting_attempt(session)
    if attempt is None:
        said = _("No exam of yours waits for its start, so there is nothing to download yet.")
        fallback = _("Register on the website: {server}/exam/; then rehearse again.").format(server=session.server)
        return Check("sealed", said, fallback)
    here = session.workspace
    try:
        if here is None or here.state.attempt != attempt.id:
            session.register(attempt.program, folder or Path.cwd() / attempt.program)
        offer = session.prepare(progress)
    except (SignInRequired, ServerUnreachable):
        raise
    except GuildmarkError as error:
        return Check("sealed", error.message, error.next_step)
    place = None if session.workspace is None else session.workspace.folder
    said = _("The sealed exam is in {folder}, complete and verified ({size}).").format(folder=place, size=size_text(offer.size))
    return Check("sealed", said)


def practise(session: Session, python: Path | None, *, say: Say, grading_limit_s: float = GRADING_LIMIT_S) -> Practised:
    """Sit the practice exam in a folder of its own: train its model, or take the ready one; hand it in; wait for its score."""
    with tempfile.TemporaryDirectory(prefix="guildmark-rehearsal-") as place:
        try:
            with Session(session.server, credentials=session.credentials) as practice:
                practice.register(REHEARSAL_PROGRAM, Path(place) / "rehearsal")
                practice.prepare()
                practice.begin()
                model = _model(Path(place) / "rehearsal" / "Category1", python, say=say)
                say(_("Handing in {name}, and waiting for its score.").format(name=model.name))
                return _graded(practice, practice.submit(_CATEGORY, model, wait=False), limit_s=grading_limit_s)
        except (SignInRequired, ServerUnreachable):
            raise
        except GuildmarkError as error:
            return Practised(Check("practice", error.message, error.next_step))


def _model(folder: Path, python: Path | None, *, say: Say) -> Path:
    """The model that the starter saves with the candidate's TensorFlow; the ready one where it saves none."""
    if python is not None:
        say(_("Training the practice model."))
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run([str(python), "starter.py"], cwd=folder, capture_output=True, timeout=TRAINING_LIMIT_S, check=False)
        for name in _SAVED:
            if (folder / name).is_file():
                return folder / name
        say(_("Its starter saved no model; the ready one is handed in instead."))
    return folder / READY_MODEL


def _graded(practice: Session, sent: SubmissionState, *, limit_s: float) -> Practised:
    until = time.monotonic() + limit_s

    def patient(_state: SubmissionState) -> None:
        if time.monotonic() > until:
            raise _StillWaiting

    try:
        state = practice.wait_for(sent, changed=patient)
    except _StillWaiting:
        said = _("It has arrived, and waits to be graded longer than usual.")
        fallback = _("Nothing is lost: submissions wait, and time that our outages take is credited. Rehearse again later.")
        return Practised(Check("practice", said, fallback), sent)
    report = state.report
    if report is None or report.score is None:
        said = _("It was looked at, but could not be graded: {reason}").format(reason="" if report is None else report.message)
        return Practised(Check("practice", said, _("Hand in another model, or write to the exam's support contact.")), state)
    return Practised(Check("practice", _("A practice submission went the whole way, and was graded.")), state)
