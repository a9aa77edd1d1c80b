"""What stands over the dashboard for a moment: a question, or a text to read."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, MarkdownViewer, Static

from guildmark.i18n import _


class Question(ModalScreen[bool]):
    """Asks for a yes or no; Escape is no. `lines` say what the answer means."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", _("No"))]

    def __init__(self, question: str, lines: Sequence[str] = (), *, yes: str) -> None:
        super().__init__()
        self._question, self._lines, self._yes = question, lines, yes

    def compose(self) -> ComposeResult:
        """The question, and two buttons of which the harmless one has the focus."""
        with VerticalScroll(id="question"):
            for line in self._lines:
                yield Static(line, markup=False)
            yield Label(self._question, markup=False, classes="asked")
            with Horizontal():
                yield Button(_("Cancel"), id="no")
                yield Button(self._yes, id="yes", variant="primary")

    def on_mount(self) -> None:
        """Who presses Enter without reading does no harm."""
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, pressed: Button.Pressed) -> None:
        """The answer."""
        self.dismiss(pressed.button.id == "yes")


class Reading(ModalScreen[None]):
    """A text in Markdown, to be read over the dashboard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,i", "dismiss", _("Close"))]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        yield MarkdownViewer(self._text, show_table_of_contents=False)
