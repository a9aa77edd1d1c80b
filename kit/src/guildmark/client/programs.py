"""Choosing what to sit, and remembering what could be chosen, for shells that complete its names."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError

from guildmark.client.credentials import config_dir
from guildmark.client.files import write_atomically
from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark.protocol import AttemptSummary, ProgramView

_FILE = "programs.json"
_TITLES = TypeAdapter(dict[str, str])


def chosen(programs: Sequence[ProgramView], slug: str | None, attempts: Sequence[AttemptSummary]) -> str:
    """The program `slug`; without one, that of the attempt that is not over, or the only one.

    Raises `UsageError` that names the choice, `Refused` where there is none.
    """
    begun = {attempt.program for attempt in attempts if not attempt.phase.is_over}
    if slug is None and len(begun) == 1:
        return begun.pop()
    offered = [program.slug for program in programs]
    if slug in offered or slug in begun:
        return slug
    choice = (sorted(begun) or offered) if slug is None else offered
    if not choice:
        raise Refused(_("There is no exam to sit at the moment."), next_step=_("Write to the exam's support contact."))
    if slug is None and len(choice) == 1:
        return choice[0]
    what = _("There are several exams.") if slug is None else _("There is no exam {slug}.").format(slug=slug)
    commands = "".join(f"\n    guildmark start {name}" for name in choice)
    raise UsageError(what, next_step=_("Run the one that you mean:{commands}").format(commands=commands))


def remember(programs: Sequence[ProgramView]) -> None:
    """Keep the names and titles of what is offered. Where they cannot be kept, nothing but their completion is lost."""
    titles = {program.slug: program.title for program in programs}
    if titles != remembered():
        with suppress(OSError):
            write_atomically(config_dir() / _FILE, _TITLES.dump_json(titles), durable=False)


def remembered() -> Mapping[str, str]:
    """The titles of what was offered last, by slug; nothing where nothing readable is kept."""
    try:
        return _TITLES.validate_json((config_dir() / _FILE).read_bytes())
    except (OSError, ValidationError):
        return {}
