"""What the bridge answers, in words: a check, a submission, the list before Finish, the decision."""

from guildmark.bridge import documents as doc
from guildmark.bridge.next_steps import in_a_panel
from guildmark.client import ending_told, wording
from guildmark.client.board import Board
from guildmark.client.check import Checked
from guildmark.client.outbox import Waiting
from guildmark.errors import KeptInOutbox
from guildmark.i18n import _
from guildmark.protocol import AttemptState, Readiness, Result, SubmissionState
from guildmark.rules.wording import describe

terms = wording.terms


def checked(found: Checked) -> doc.CheckedText:
    """What a look at a file found."""
    name = found.path.name
    said = _("{name}: nothing speaks against submitting it.") if found.passed else _("{name}: the grader would refuse it.")
    findings = tuple(doc.FindingText(code=one.code, text=describe(one.code, one.params)) for one in found.findings)
    return doc.CheckedText(passed=found.passed, file_name=name, text=said.format(name=name), findings=findings)


def kept(error: KeptInOutbox) -> str:
    """That a file waits here, and what becomes of it."""
    return f"{error.message} {in_a_panel(error.next_step)}"


def submitted(board: Board, sent: SubmissionState) -> str:
    """How it went: the score and its metric on a line, then the grader's sentence and the hint."""
    row = next(
        (one for category in board.categories for one in category.submissions if one.id == sent.id),
        None,
    )
    if row is None or not row.is_graded:
        return _("It is queued for grading; its score comes by itself.")
    hint = _("Hint: {hint}").format(hint=row.hint) if row.hint else ""
    score = "  ".join(part for part in (row.marks, row.standing, row.to_next) if part)
    return "\n".join(line for line in (score, row.message, hint) if line)


def readiness(found: Readiness, waiting: tuple[Waiting, ...]) -> doc.ReadinessText:
    """The list before Finish."""
    items = tuple(
        doc.ReadinessRow(
            number=item.number,
            title=item.title,
            marks=wording.marks(item.best_score),
            file_name=item.file_name or "",
            ready=item.ready,
            warning=item.warning or "",
        )
        for item in found.items
    )
    question = _("Finish the exam now? The clock cannot be started again.")
    return doc.ReadinessText(items=items, also=tuple(ending_told.besides(found, waiting)), question=question)


def result(state: AttemptState, found: Result, *, page: str, has_room: bool) -> doc.ResultText:
    """The decision."""
    verdict, points = ending_told.decision(found)
    return doc.ResultText(
        passed=found.passed,
        text=f"{state.exam_title}  {verdict}{points}",
        categories=tuple(
            doc.ResultRow(
                number=one.number, title=one.title, marks=wording.marks(one.score), points=f"{one.points:g} / {one.weight}"
            )
            for one in found.categories
        ),
        practise=ending_told.to_practise(found),
        certificate=found.certificate_url or "",
        page=page,
        has_room=has_room,
    )
