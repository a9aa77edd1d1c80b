"""Choosing what to sit."""

from collections.abc import Sequence

from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark.protocol import ProgramView


def chosen(programs: Sequence[ProgramView], slug: str | None) -> ProgramView:
    """The program `slug`, or the only one. Raises `UsageError` that names the choice, `Refused` where there is none."""
    if not programs:
        raise Refused(_("There is no exam to sit at the moment."), next_step=_("Write to the exam's support contact."))
    fitting = [program for program in programs if slug in (None, program.slug)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(program.slug for program in programs)
    what = _("There are several exams.") if fitting else _("There is no exam {slug}.").format(slug=slug)
    raise UsageError(what, next_step=_("Run: guildmark start NAME, with one of these names: {names}").format(names=names))
