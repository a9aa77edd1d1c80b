"""What the Tab key offers: programs, categories and submissions, by the exam folder and what was heard last.

Nothing here asks the portal, fails, or takes long: what cannot be read is not offered. `guildmark --install-completion` teaches
it to the shell.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from guildmark.client.kept import last_heard
from guildmark.client.programs import remembered
from guildmark.client.receipts import KEYS
from guildmark.client.submissions import SHORT_NAME
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError
from guildmark.i18n import _

Offer = tuple[str, str]
"""A word, and what it means."""


def programs(incomplete: str) -> list[Offer]:
    """The programs that the portal offered last, and those of the exam folders here."""
    return _beginning({**dict(_folders()), **remembered()}.items(), incomplete)


def categories(incomplete: str) -> list[Offer]:
    """The categories of the exam folder, by number."""
    offers: list[Offer] = []
    with suppress(GuildmarkError, OSError):
        offers = [(str(one.number), one.title) for one in Workspace.containing(Path.cwd()).categories()]
    return _beginning(offers, incomplete)


def submissions(incomplete: str) -> list[Offer]:
    """What was submitted, as short as `guildmark fetch` lists it, the newest first."""
    offers: list[Offer] = []
    with suppress(GuildmarkError, OSError):
        offers = list(_submitted(Workspace.containing(Path.cwd())))
    return _beginning(offers, incomplete)


def install_help() -> str:
    """What `--install-completion` does, in the reader's language."""
    return _("Let the Tab key complete commands, categories and submissions in this shell.")


def show_help() -> str:
    """What `--show-completion` does, in the reader's language."""
    return _("Show what --install-completion would install.")


def _submitted(workspace: Workspace) -> Iterator[Offer]:
    heard = last_heard(workspace)
    told = {one.id: one for category in (heard.state.categories if heard else ()) for one in category.submissions}
    receipts = {path.stem for path in workspace.receipts.glob("*.json") if path.name != KEYS}
    for identifier in (*told, *sorted(receipts - told.keys())):
        state = told.get(identifier)
        yield identifier[:SHORT_NAME], f"{state.category} {state.file_name}" if state else ""


def _folders() -> Iterator[Offer]:
    with suppress(OSError):
        for place in (Path.cwd(), *sorted(Path.cwd().iterdir())):
            with suppress(GuildmarkError, OSError):
                state = Workspace(place).state
                yield state.program, state.exam_title


def _beginning(offers: Iterable[Offer], incomplete: str) -> list[Offer]:
    return [(word, meaning) for word, meaning in offers if word.startswith(incomplete)]
