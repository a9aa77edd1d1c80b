"""Handing in from a script or a cell of a notebook, in one line.

    from guildmark import submit

    model = solution_model()
    print(submit(3, model))          # saved as Category3/mymodel.keras, sent, graded
    submit("category3", "best.h5")   # a file
    submit(3)                        # the newest model in Category3

Sign in and start the exam first (`guildmark login`, `guildmark start`), or in any of the IDEs.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guildmark.client import wording
from guildmark.client.looking import Look, consider, time_left_s
from guildmark.client.nearby import only_exam_near
from guildmark.client.progress import silent
from guildmark.client.saving import save_model
from guildmark.client.session import Session
from guildmark.client.submissions import after_it_was_received
from guildmark.client.workspace import Workspace
from guildmark.errors import ModelRefused
from guildmark.i18n import _
from guildmark.protocol import SubmissionState
from guildmark.rules.contract import ModelFormat

_KERAS = (ModelFormat.KERAS, ModelFormat.H5)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HandedIn:
    """A submission in the category `number` of `exam`. `score` is 0 to 5; None where it is not graded (yet), or could not be.

    As text it is one line.
    """

    submission: SubmissionState
    time_left_s: float
    exam: str
    number: int

    @property
    def score(self) -> int | None:
        """The score, 0 to 5."""
        return None if self.submission.report is None else self.submission.report.score

    @property
    def message(self) -> str:
        """What the grader says of the model."""
        return "" if self.submission.report is None else self.submission.report.message

    def __str__(self) -> str:
        report = self.submission.report
        where = _("{exam}, category {number}:").format(exam=self.exam, number=self.number)
        if report is None:
            return f"{where}  {_('It is queued for grading; guildmark status shows its score.')}"
        parts = (where, wording.marks(self.score), wording.standing(self.submission), wording.to_next(report), report.message)
        left = _("Time left {time}").format(time=wording.clock(self.time_left_s))
        return "  ".join(part for part in (*parts, left) if part)

    def _repr_pretty_(self, printer: object, cycle: object) -> None:  # what IPython shows at the end of a cell
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]


def submit(  # noqa: PLR0913  # each has a default that is right for most
    category: int | str,
    model: object = None,
    *,
    folder: Path | str | None = None,
    check: bool = True,
    wait: bool = True,
    progress: Progress | None = None,
) -> HandedIn:
    """Hand in `model` for `category` (`3`, `"3"` or `"category3"`), and wait for its score.

    `model` is a model in memory (Keras, `torch.export.ExportedProgram`, `onnx.ModelProto`, the bytes of a TFLite model), which
    is saved as the category's model first; or a file; or None for the newest model in the category's folder. `folder` is the
    exam folder, one in it, or the one around it; else the current one. With `check` the file is looked at before it is sent.
    What speaks against the file, such as code that is newer, is printed to standard error. `progress` hears bytes sent and the
    size.

    Raises the errors of `guildmark.errors`: `NoExamHere`, `NotStarted`, `ModelRefused`, `AttemptClosed`; and `KeptInOutbox`
    (a `ServerUnreachable`) or `SignInRequired` where the file could not be sent: it is kept, and a later tool sends it.
    `UsageError` where several exams run below the folder.
    """
    name_it = _("Name its folder: submit(…, folder='{folder}')")
    place = only_exam_near(Path() if folder is None else Path(folder), next_step=name_it)
    workspace = Workspace.containing(place)
    found = workspace.category(str(category))
    with Session.open(place) as session:
        file = _file_of(model, workspace, str(category))
        path = session.model_of(found.id) if file is None else file
        seen = consider(session, found.id, path, time_left_s=time_left_s(session), looks=check)
        if seen.look is Look.REFUSED:
            otherwise = _("Change the model as described, and submit it again; or send it all the same with check=False.")
            raise ModelRefused(seen.findings, next_step=otherwise)
        for notice in seen.notices:
            sys.stderr.write(f"{notice.text} {notice.next_step}".strip() + "\n")
        sent = session.submit(found.id, path, progress=progress or silent, wait=False, held_up=_held_up)
        with after_it_was_received():
            graded = session.wait_for(sent) if wait else sent
        return HandedIn(graded, time_left_s(session) or 0.0, workspace.state.exam_title, found.number)


def _held_up() -> None:
    sys.stderr.write(_("Another tool sends a file in this category. This one is sent after it.") + "\n")


def _file_of(model: object, workspace: Workspace, category: str) -> Path | None:
    if model is None:
        return None
    if isinstance(model, str | Path):
        return Path(model)
    found = workspace.category(category)
    contract = workspace.contract_of(found)
    return save_model(model, workspace.folder / found.folder, _KERAS if contract is None else contract.formats)
