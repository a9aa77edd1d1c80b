"""Rehearsing on the machine on which one trains: the sealed exam, and a practice submission up to its score.

What the machine has to bring, `doctor` looks at. Each check tells what was found and, where it fails, how the exam is sat all
the same: only the model file counts, so a machine without TensorFlow or room on its disk can hand the training to another one.
"""

import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guildmark.client.health import Check
from guildmark.client.nearby import home_of
from guildmark.client.session import Session
from guildmark.client.tus import Progress
from guildmark.errors import GuildmarkError, ServerUnreachable, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import REHEARSAL_PROGRAM, AttemptSummary, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

READY_MODEL = "ready.keras"
TRAINING_LIMIT_S = 300.0
GRADING_LIMIT_S = 180.0

_BEFORE_THE_CLOCK = (Phase.REGISTERED, Phase.PREPARED)
_CATEGORY = "category1"
_SAVED = ("mymodel.keras", "mymodel.h5")
Say = Callable[[str], object]


@dataclass(frozen=True)
class Practised:
    """How the practice submission went. `submission` is None where none could be handed in."""

    check: Check
    submission: SubmissionState | None = None


class _StillWaiting(Exception):
    """The score did not come in time."""


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
            session.register(attempt.program, folder or home_of(Path.cwd(), attempt.program))
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
