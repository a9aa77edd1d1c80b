"""What the dashboard says of a board, line by line."""

from collections.abc import Iterator

from guildmark.client.board import Board, BoardCategory, BoardSubmission
from guildmark.i18n import _
from guildmark.rules.attempt import Phase

_SHOWN = 8
"""So many submissions of a category stand in the details."""


def news(board: Board, before: Board | None) -> Iterator[str]:
    """A line for each submission that got its score since `before`, for the connection, and for the sign-in."""
    if before is None:
        return
    known = {one.id: one for category in before.categories for one in category.submissions}
    for category in board.categories:
        for one in category.submissions:
            if one.is_graded and (one.id not in known or not known[one.id].is_graded):
                said = "  ".join(part for part in (one.marks, one.standing, one.to_next, one.message) if part)
                yield _("Category {number}: {said}").format(number=category.number, said=said)
    if before.online != board.online:
        yield _("The portal answers again.") if board.online else _("The portal does not answer.")
    if before.signed_in and not board.signed_in:
        yield _("Your sign-in has expired. Press l to sign in again.")


def time_left(board: Board, left: str) -> str:
    """The line on top; `left` is the time."""
    if board.clock.is_running and not board.signed_in:
        return f"{_('Signed out; time left, by this machine:')} {left}"
    if not board.online:
        return f"{_('Offline; time left, by this machine:')} {left}"
    if board.clock.is_running:
        return f"{_('Time left (it stands still):') if board.clock.stands_still else _('Time left:')} {left}"
    if board.phase in (Phase.REGISTERED, Phase.PREPARED):
        return f"{_('The clock does not run; time for this exam:')} {left}"
    return _("The exam is finished. Next: guildmark result")


def details(category: BoardCategory) -> Iterator[str]:
    """A category, its hints, contract, bands and submissions."""
    yield f"{category.number}  {category.task_title or category.title}   {category.marks}"
    yield ""
    yield category.model.text if category.model else _("No model saved yet. Run {starter}.").format(starter=category.starter)
    for notice in category.notices:
        yield f"! {notice.text}"
    for title, lines in (
        (_("Hints"), category.hints),
        (_("What the model must be"), category.contract),
        (category.metric, category.bands),
        (_("Submissions"), tuple(_row(one) for one in category.submissions[:_SHOWN])),
    ):
        if lines:
            yield ""
            yield title
            yield from (f"  {line}" for line in lines)


def _row(one: BoardSubmission) -> str:
    notes = [word for word, holds in ((_("counts"), one.counts), (_("pinned"), one.pinned)) if holds]
    parts = (one.short, one.marks, one.file_name, one.standing, one.to_next, ", ".join(notes))
    return "  ".join(part for part in parts if part)
