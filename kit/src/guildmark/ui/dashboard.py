"""The dashboard: what a board says, drawn anew whenever another comes; keys that act on the category under the cursor.

Textual draws in one thread. Boards come from the threads that follow the exam and are posted as messages; whatever asks the
portal runs in a worker thread and posts what it heard. Nothing here waits.
"""

import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Header, ProgressBar, RichLog, Static

from guildmark.client.board import Board, BoardCategory, BoardSubmission
from guildmark.client.notices import Level
from guildmark.client.wording import clock as clock_text
from guildmark.errors import GuildmarkError
from guildmark.i18n import _
from guildmark.rules.attempt import Phase
from guildmark.ui.acting import Exam
from guildmark.ui.screens import Question, Reading

_TICK_S = 0.5
_NARROW = 84
_SHOWN = 8
"""So many submissions of a category stand in the details."""


class BoardCame(Message):
    """There is a new board."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board


class Dashboard(App[None]):
    """The dashboard of `exam`. `now` is a clock in seconds that only goes forward."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "Guildmark"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "submit", _("Submit and test")),
        Binding("c", "check", _("Check")),
        Binding("i", "instructions", _("Instructions")),
        Binding("p", "pin", _("Pin newest")),
        Binding("u", "unpin", _("Unpin")),
        Binding("f", "finish", _("Finish")),
        Binding("l", "sign_in", _("Sign in")),
        Binding("q", "quit", _("Quit")),
    ]

    def __init__(self, exam: Exam, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._exam = exam
        self._now = now
        self._board: Board | None = None
        self._board_at = 0.0
        self._scores: dict[str, int | None] = {}
        self._is_signing_in = False

    def compose(self) -> ComposeResult:
        """Time on top, categories left, the one under the cursor right, the log below."""
        yield Header(icon="◆")
        yield Static(id="clock", markup=False)
        yield Static(id="notices", markup=False)
        with Horizontal(id="body"):
            yield DataTable(id="categories", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="details"):
                yield Static(id="told", markup=False)
        yield ProgressBar(id="progress", show_eta=True)
        yield RichLog(id="log", wrap=True, markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Follow the exam."""
        table = self._table()
        table.add_columns("#", _("Category"), _("Score"), _("Sent"))
        table.focus()
        self.set_interval(_TICK_S, self._tick)
        self._exam.start(lambda board: self.post_message(BoardCame(board)))

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._exam.close()

    def on_resize(self, size: Resize) -> None:
        """One column on a narrow terminal."""
        self.set_class(size.size.width < _NARROW, "narrow")

    def on_board_came(self, came: BoardCame) -> None:
        """Draw what is known now, and say what changed."""
        board, before = came.board, self._board
        self._board, self._board_at = board, self._now()
        self.sub_title = board.exam_title
        self.refresh_bindings()
        self._say_news(board, before)
        self._below().query_one("#notices", Static).update("\n".join(one.text for one in board.notices))
        self._draw_table(board)
        self._draw_details()
        self._tick()

    def on_data_table_row_highlighted(self) -> None:
        """The cursor moved to another category."""
        self._draw_details()

    # Keys

    def action_check(self) -> None:
        """Look at the model of the category under the cursor."""
        category = self._chosen()
        if category is not None:
            self._do(category, lambda: self._exam.check(category.id))

    def action_instructions(self) -> None:
        """Read what is asked."""
        category = self._chosen()
        if category is not None:
            self.push_screen(Reading(self._exam.instructions(category.instructions) or _("There are no instructions here.")))

    @work(exclusive=True, group="asking")
    async def action_submit(self) -> None:
        """Hand the newest model in; what speaks against it is asked first."""
        category = self._chosen()
        if category is None:
            return
        if category.model is None:
            said = _("Category {number}: no model is saved yet. Run {starter}.")
            self._say(said.format(number=category.number, starter=category.starter))
            return
        notices = self._exam.warnings(category.id)
        if notices:
            question = Question(_("Submit it all the same?"), [one.text for one in notices], yes=_("Submit"))
            if not await self.push_screen_wait(question):
                return
        self._do(category, lambda: self._exam.submit(category.id, self._moved))

    def action_pin(self) -> None:
        """Let the newest graded submission of the category count."""
        category = self._chosen()
        newest = None if category is None else next((one for one in category.submissions if one.is_graded), None)
        if category is not None and newest is not None:
            self._do(category, lambda: self._exam.pin(newest.id))

    def action_unpin(self) -> None:
        """Leave it to the exam's rule again."""
        category = self._chosen()
        if category is not None and category.pinned:
            self._do(category, lambda: self._exam.unpin(category.id))

    @work(exclusive=True, group="asking")
    async def action_finish(self) -> None:
        """End the exam, after a look at what is missing."""
        if self._board is None or self._board.phase is not Phase.RUNNING:
            return
        try:
            lines = self._exam.readiness()
        except GuildmarkError as error:
            self._say(str(error))
            return
        question = Question(_("Finish the exam now? The clock cannot be started again."), lines, yes=_("Finish"))
        if await self.push_screen_wait(question):
            self._finish()

    @work(thread=True)
    def _finish(self) -> None:
        try:
            self._exam.finish()
        except GuildmarkError as error:
            self._tell(str(error))
        else:
            self._tell(_("The exam is finished. Next: guildmark result"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """To sign in is offered where it is needed, and rests while it is done."""
        if action != "sign_in":
            return super().check_action(action, parameters)
        if self._board is None or self._board.signed_in:
            return False
        return None if self._is_signing_in else True

    def action_sign_in(self) -> None:
        """Sign in again."""
        self._is_signing_in = True
        self.refresh_bindings()
        self._sign_in()

    # Working

    @work(thread=True)
    def _sign_in(self) -> None:
        try:
            said = self._exam.sign_in(self._tell)
        except GuildmarkError as error:
            said = str(error)
        self._is_signing_in = False
        self.call_from_thread(self.refresh_bindings)
        self._tell(said)

    @work(thread=True)
    def _do(self, category: BoardCategory, act: Callable[[], str]) -> None:
        """Do something that may take long, and say how it went."""
        try:
            said = act()
        except GuildmarkError as error:
            said = str(error)
        except OSError as error:
            said = str(error)
        self.call_from_thread(self._moved_on)
        if said:
            self._tell(_("Category {number}: {said}").format(number=category.number, said=said))

    def _moved(self, done: int, total: int) -> None:
        self.call_from_thread(self._draw_progress, done, total)

    def _draw_progress(self, done: int, total: int) -> None:
        bar = self._below().query_one("#progress", ProgressBar)
        bar.set_class(done < total, "sending")
        bar.update(total=total, progress=done)

    def _moved_on(self) -> None:
        self._below().query_one("#progress", ProgressBar).remove_class("sending")

    def _tell(self, sentence: str) -> None:
        self.call_from_thread(self._say, sentence)

    def _say(self, sentence: str) -> None:
        self._below().query_one("#log", RichLog).write(sentence)

    # Drawing

    def _below(self) -> Screen[object]:
        """The dashboard itself, whatever question stands over it."""
        return self.screen_stack[0]

    def _table(self) -> DataTable[str]:
        return self._below().query_one("#categories", DataTable)

    def _chosen(self) -> BoardCategory | None:
        row = self._table().cursor_row
        known = () if self._board is None else self._board.categories
        return known[row] if 0 <= row < len(known) else None

    def _tick(self) -> None:
        board = self._board
        if board is None or board.clock.time_left_s is None:
            return
        left = board.clock.time_left_s
        if board.clock.is_running and not board.clock.stands_still:
            left = max(0.0, left - (self._now() - self._board_at))
        shown = self._below().query_one("#clock", Static)
        shown.update(_time_words(board, clock_text(left)))
        for level in (Level.CAUTION, Level.URGENT):
            shown.set_class(board.clock.is_running and board.clock.level is level, level.value)

    def _draw_table(self, board: Board) -> None:
        table, row = self._table(), self._table().cursor_row
        table.clear()
        for one in board.categories:
            sent = one.upload.text if one.upload else str(len(one.submissions) or "")
            table.add_row(str(one.number), one.title, one.marks, sent, key=one.id)
        table.move_cursor(row=min(row, max(0, len(board.categories) - 1)))

    def _draw_details(self) -> None:
        category = self._chosen()
        if category is not None:
            self._below().query_one("#told", Static).update("\n".join(_details(category)))
        elif self._board is not None:
            self._below().query_one("#told", Static).update(_("The exam has not begun in this folder. Run: guildmark start"))

    def _say_news(self, board: Board, before: Board | None) -> None:
        """A line in the log for each submission that got its score, and for the connection."""
        known = {} if before is None else {one.id: one for category in before.categories for one in category.submissions}
        for category in board.categories if before is not None else ():
            for one in category.submissions:
                if one.is_graded and (one.id not in known or not known[one.id].is_graded):
                    said = "  ".join(part for part in (one.marks, one.standing, one.to_next, one.message) if part)
                    self._say(_("Category {number}: {said}").format(number=category.number, said=said))
        if before is not None and before.online != board.online:
            self._say(_("The portal answers again.") if board.online else _("The portal does not answer."))
        if before is not None and before.signed_in and not board.signed_in:
            self._say(_("Your sign-in has expired. Press l to sign in again."))


def _time_words(board: Board, left: str) -> str:
    if not board.signed_in:
        return f"{_('Signed out; time left, by this machine:')} {left}"
    if not board.online:
        return f"{_('Offline; time left, by this machine:')} {left}"
    if board.clock.is_running:
        return f"{_('Time left (it stands still):') if board.clock.stands_still else _('Time left:')} {left}"
    if board.phase in (Phase.REGISTERED, Phase.PREPARED):
        return f"{_('The clock does not run; time for this exam:')} {left}"
    return _("The exam is finished. Next: guildmark result")


def _details(category: BoardCategory) -> Iterator[str]:
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
