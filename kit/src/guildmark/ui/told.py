"""What the dashboard says, in words: a board's details and its time, what went wrong, what stands before a submission."""

from collections.abc import Collection, Iterable, Iterator

from guildmark.client import ending_told, wording
from guildmark.client.board import Board, BoardCategory, BoardSubmission
from guildmark.client.notices import Notice
from guildmark.client.outbox import Waiting
from guildmark.errors import (
    GuildmarkError,
    OurFault,
    PortalFault,
    ServerUnreachable,
    SignInRequired,
)
from guildmark.i18n import _, mark
from guildmark.protocol import Readiness
from guildmark.rules.attempt import Phase

_SHOWN = 8
"""So many submissions of a category stand in the details."""
_KEYS = {
    SignInRequired: mark("Press l to sign in again."),
    ServerUnreachable: mark("Check your connection and press the key again; nothing is lost."),
    OurFault: mark("It is not counted against you. Press the key again in a minute."),
    PortalFault: mark("It is not counted against you. Press the key again in a minute."),
}
"""What to do where the errors themselves name a command."""
_NO_SUCH_ADDRESS = mark("Check the address and your connection, and run the same command again; nothing is lost.")
"""What is said where the portal's name is not found: here it was, so that it is the connection that is gone."""


def failed(error: Exception) -> str:
    """What went wrong, and which key or command mends it."""
    if isinstance(error, GuildmarkError):
        step = _step(error)
        return f"{error.message} {_(step)}" if step else str(error)
    if isinstance(error, OSError | UnicodeError):
        return f"{error} {_('Mend that and press the key again.')}"
    return f"{OurFault().message} {_(_KEYS[OurFault])} ({type(error).__name__}: {error})"


def _step(error: GuildmarkError) -> str | None:
    by_itself = error.next_step in (_(error.default_next_step), _(_NO_SUCH_ADDRESS))
    return _KEYS.get(type(error)) if by_itself or isinstance(error, SignInRequired) else None


def noticed(notices: Iterable[Notice]) -> list[str]:
    """Each notice with what to do about it."""
    return [f"{one.text} {one.next_step}".strip() for one in notices]


def readiness(found: Readiness, waiting: Collection[Waiting]) -> Iterator[str]:
    """What finishing now would mean, line by line, with what is handed in and waits here."""
    for item in found.items:
        yield f"{item.number}  {wording.marks(item.best_score)}  {item.title}  {item.warning or ''}".rstrip()
    yield from ending_told.besides(found, waiting)


def time_words(board: Board, left: str) -> str:
    """The time `left`, and by whose clock."""
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
    """What stands beside the list of categories, line by line."""
    yield f"{category.number}  {category.task_title or category.title}   {category.marks}"
    yield ""
    yield category.model.text if category.model else _("No model saved yet. Run {starter}.").format(starter=category.starter)
    for notice in noticed(category.notices):
        yield f"! {notice}"
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


def news(board: Board, before: Board) -> Iterator[str]:
    """What has changed since `before`: each submission that got its score, the connection, the sign-in."""
    known = {one.id: one for category in before.categories for one in category.submissions}
    for category in board.categories:
        for one in category.submissions:
            if one.is_graded and (one.id not in known or not known[one.id].is_graded):
                said = "  ".join(part for part in (one.marks, one.standing, one.to_next, one.message) if part)
                yield _("Category {number}: {said}").format(number=category.number, said=said)
    if board.online and not before.online:
        yield _("The portal answers again.")
    if before.online and not board.online and any(one.code == "offline" for one in board.notices):
        yield _("The portal does not answer.")  # another reason why nothing is heard stands among the notices
    if before.signed_in and not board.signed_in:
        yield _("You are not signed in any more. Press l to sign in again.")
