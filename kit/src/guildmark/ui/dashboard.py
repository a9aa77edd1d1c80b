"""The dashboard: the window on an exam, and keys that act on the category under the cursor.

Whatever asks the portal or the disk runs beside the screen (`beside`). Nothing here waits, and nothing that fails ends it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType

from guildmark.client.board import BoardCategory
from guildmark.client.elapsed import elapsed_s
from guildmark.errors import StillWaiting
from guildmark.i18n import _
from guildmark.rules.attempt import Phase
from guildmark.ui import told
from guildmark.ui.acting import Exam
from guildmark.ui.beside import Beside
from guildmark.ui.screens import Question, Reading
from guildmark.ui.window import Moved, Said, Window

_ASKING = "asking"
AnswerT = TypeVar("AnswerT")


class Dashboard(Window):
    """The dashboard of `exam`. `now` is a clock in seconds that only goes forward, in sleep too.

    What is being sent when it ends goes on in `beside`, unless `gave_up`: then the candidate was asked, and quit.
    """

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

    def __init__(self, exam: Exam, *, now: Callable[[], float] = elapsed_s) -> None:
        super().__init__(exam, now=now)
        self._is_signing_in = False
        self._sending: dict[str, str] = {}
        self.beside = Beside()
        self.gave_up = False

    @property
    def is_sending(self) -> bool:
        """Whether a file is on its way."""
        return self.beside.is_lasting

    # Keys

    @work
    async def action_check(self) -> None:
        """Look at the model of the category under the cursor."""
        if category := self._chosen():
            await self._answered(category, lambda: self._exam.check(category.id))

    @work(exclusive=True, group=_ASKING)
    async def action_instructions(self) -> None:
        """Read what is asked."""
        if category := self._chosen():
            text = await self._tried(category, lambda: self._exam.instructions(category.instructions))
            if text is not None:
                self.push_screen(Reading(text or _("There are no instructions here.")))

    @work(exclusive=True, group=_ASKING)
    async def action_submit(self) -> None:
        """Hand the newest model in; what speaks against it is asked first."""
        category = self._chosen()
        if category is None:
            return
        if category.model is None:
            said = _("Category {number}: no model is saved yet. Run {starter}.")
            self._say(said.format(number=category.number, starter=category.starter))
            return
        if category.id in self._sending:
            self._say_of(category, _("{name} is being sent.").format(name=self._sending[category.id]))
            return
        self._say_of(category, _("Looking at {file}").format(file=category.model.name))
        found = await self._tried(category, lambda: self._exam.consider(category.id))
        if found is None:
            return
        against = told.noticed(found.against)
        if not against or await self._agreed(_("Submit it all the same?"), against, yes=_("Submit")):
            self._send(category, found.file)

    @work
    async def action_pin(self) -> None:
        """Let the newest graded submission of the category count."""
        category = self._chosen()
        newest = None if category is None else next((one for one in category.submissions if one.is_graded), None)
        if category is not None and newest is not None:
            await self._answered(category, lambda: self._exam.pin(newest.id))

    @work
    async def action_unpin(self) -> None:
        """Leave it to the exam's rule again."""
        category = self._chosen()
        if category is not None and category.pinned:
            await self._answered(category, lambda: self._exam.unpin(category.id))

    @work(exclusive=True, group=_ASKING)
    async def action_finish(self) -> None:
        """End the exam, after a look at what is missing."""
        if self._board is None or self._board.phase is not Phase.RUNNING:
            return
        lines = await self._tried(None, self._exam.readiness)
        if lines is None:
            return
        question = _("Finish the exam now? The clock cannot be started again.")
        if await self._agreed(question, [*lines, *self._being_sent()], yes=_("Finish")):
            self._finish()

    @work
    async def _finish(self, *, leave_waiting: bool = False) -> None:
        try:
            await self.beside.run(lambda: self._exam.finish(leave_waiting=leave_waiting, say=self._said))
        except StillWaiting as error:
            if await self._agreed(_("Finish without what waits?"), [error.message], yes=_("Finish")):
                self._finish(leave_waiting=True)
        except Exception as error:  # noqa: BLE001  # told; the dashboard goes on
            self._say(told.failed(error))
        else:
            self._say(_("The exam is finished. Next: guildmark result"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """To sign in is offered where it is needed, and rests while it is done."""
        if action != "sign_in":
            return super().check_action(action, parameters)
        if self._board is None or self._board.signed_in:
            return False
        return None if self._is_signing_in else True

    @work
    async def action_sign_in(self) -> None:
        """Sign in again."""
        self._is_signing_in = True
        self.refresh_bindings()
        said = await self._tried(None, lambda: self._exam.sign_in(self._said))
        self._is_signing_in = False
        self.refresh_bindings()
        self._say(said or "")

    async def action_quit(self) -> None:
        """Leave; while a file is being sent or waits for that, after a question."""
        if left := self._left_behind():
            self._ask_to_quit(left)
        else:
            self.exit()

    def _left_behind(self) -> list[str]:
        """What is not sent yet."""
        waiting = () if self._board is None else (one for one in self._board.categories if one.waiting)
        said = _("Category {number}: a file waits here to be sent.")
        return [*self._being_sent(), *(said.format(number=one.number) for one in waiting if one.id not in self._sending)]

    def _being_sent(self) -> list[str]:
        """What is on its way from here."""
        return [_("{name} is being sent.").format(name=name) for name in self._sending.values()]

    @work(exclusive=True, group="leaving")
    async def _ask_to_quit(self, left: list[str]) -> None:
        stays = _("What is not sent yet stays here, and goes on when a tool is open again, or with: guildmark status")
        if await self._agreed(_("Quit all the same?"), [*left, stays], yes=_("Quit")):
            self.gave_up = True
            self.exit()

    # Working

    async def _tried(self, category: BoardCategory | None, ask: Callable[[], AnswerT]) -> AnswerT | None:
        """What `ask` answers, beside the screen; None where it failed, which is told."""
        try:
            return await self.beside.run(ask)
        except Exception as error:  # noqa: BLE001  # told; the dashboard goes on
            self._say_of(category, told.failed(error))
            return None

    async def _answered(self, category: BoardCategory, ask: Callable[[], str]) -> None:
        if said := await self._tried(category, ask):
            self._say_of(category, said)

    async def _agreed(self, question: str, lines: Sequence[str], *, yes: str) -> bool:
        return await self.push_screen_wait(Question(question, lines, yes=yes))

    @work
    async def _send(self, category: BoardCategory, file: Path) -> None:
        self._sending[category.id] = file.name

        def moved(done: int, total: int) -> None:
            self._post(Moved(category.id, done, total))

        def held_up() -> None:
            said = _("Another tool sends a file in this category. This one is sent after it.")
            self._said(_("Category {number}: {said}").format(number=category.number, said=said))

        try:
            said = await self.beside.run(lambda: self._exam.submit(category.id, file, moved, held_up=held_up), lasting=True)
        except Exception as error:  # noqa: BLE001  # told; the dashboard goes on
            said = told.failed(error)
        self._sending.pop(category.id, None)
        if self._is_open():
            self._below().query("#progress").remove_class("sending")
        if said:
            self._say_of(category, said)

    def _said(self, sentence: str) -> None:
        """Put `sentence` into the log, from any thread."""
        self._post(Said(sentence))

    def _say_of(self, category: BoardCategory | None, said: str) -> None:
        if category is not None:
            said = _("Category {number}: {said}").format(number=category.number, said=said)
        self._say(said)
