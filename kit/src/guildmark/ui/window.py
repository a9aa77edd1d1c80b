"""The dashboard's window: what a board says, drawn anew whenever another comes, the time counted on between two, and a log.

Textual draws in one thread. Boards, and how far a file has come, are told by other threads and come as messages.
"""

from collections.abc import Callable
from contextlib import suppress

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Header, ProgressBar, RichLog, Static

from guildmark.client.board import Board, BoardCategory
from guildmark.client.elapsed import elapsed_s
from guildmark.client.notices import Level
from guildmark.client.wording import clock as clock_text
from guildmark.i18n import _
from guildmark.ui import told
from guildmark.ui.acting import Exam

_TICK_S = 0.5
_NARROW = 84
_DRAWN_ON = ("#clock", "#notices", "#categories", "#told", "#progress", "#log")


class BoardCame(Message):
    """There is a new board."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board


class Moved(Message):
    """So many bytes of a file have arrived."""

    def __init__(self, category: str, done: int, total: int) -> None:
        super().__init__()
        self.category, self.done, self.total = category, done, total


class Said(Message):
    """There is something for the log."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class Window(App[None]):
    """The window on `exam`. `now` is a clock in seconds that only goes forward, in sleep too."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "Guildmark"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, exam: Exam, *, now: Callable[[], float] = elapsed_s) -> None:
        super().__init__()
        self._exam = exam
        self._now = now
        self._board: Board | None = None
        self._board_at = 0.0

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
        self._exam.start(lambda board: self._post(BoardCame(board)))

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._exam.close()

    def on_resize(self, size: Resize) -> None:
        """One column on a narrow terminal."""
        self.set_class(size.size.width < _NARROW, "narrow")

    def on_board_came(self, came: BoardCame) -> None:
        """Draw what is known now, and say what changed."""
        if not self._is_open():
            return
        board, before = came.board, self._board
        self._board, self._board_at = board, self._now()
        self.sub_title = board.exam_title
        self.refresh_bindings()
        for sentence in told.news(board, before) if before is not None else ():
            self._say(sentence)
        self._below().query_one("#notices", Static).update("\n".join(told.noticed(board.notices)))
        self._draw_table(board)
        self._draw_details()
        self._tick()

    def on_data_table_row_highlighted(self) -> None:
        """The cursor moved to another category."""
        if self._is_open():
            self._draw_details()

    def on_moved(self, moved: Moved) -> None:
        """Draw how far a file has come."""
        if not self._is_open():
            return
        bar = self._below().query_one("#progress", ProgressBar)
        bar.set_class(moved.done < moved.total, "sending")
        bar.update(total=moved.total, progress=moved.done)

    def on_said(self, said: Said) -> None:
        """Put it into the log."""
        self._say(said.sentence)

    def _post(self, message: Message) -> None:
        """Post from any thread, also when there is no screen any more."""
        with suppress(RuntimeError):
            self.post_message(message)

    def _say(self, sentence: str) -> None:
        if sentence and self._is_open():
            self._below().query_one("#log", RichLog).write(sentence)

    def _is_open(self) -> bool:
        """Whether all that is drawn on stands: messages and ticks come while widgets are taken away one by one, too."""
        return bool(self.screen_stack) and len(self._below().query(", ".join(_DRAWN_ON))) == len(_DRAWN_ON)

    def _below(self) -> Screen[object]:
        """The dashboard itself, whatever question stands over it."""
        return self.screen_stack[0]

    def _table(self) -> DataTable[str]:
        return self._below().query_one("#categories", DataTable)

    def _chosen(self) -> BoardCategory | None:
        if not self._is_open():
            return None
        row = self._table().cursor_row
        known = () if self._board is None else self._board.categories
        return known[row] if 0 <= row < len(known) else None

    def _tick(self) -> None:
        board = self._board
        if board is None or board.clock.time_left_s is None or not self._is_open():
            return
        left = board.clock.time_left_s
        if board.clock.is_running and not board.clock.stands_still:
            left = max(0.0, left - (self._now() - self._board_at))
        shown = self._below().query_one("#clock", Static)
        shown.update(told.time_words(board, clock_text(left)))
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
            self._below().query_one("#told", Static).update("\n".join(told.details(category)))
        elif self._board is not None:
            self._below().query_one("#told", Static).update(_("The exam has not begun in this folder. Run: guildmark start"))
