"""`guildmark pin` and `guildmark unpin`."""

from typing import Annotated

import typer

from guildmark.cli import completion, show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.i18n import _
from guildmark.protocol import AttemptState


def pin(
    submission: Annotated[
        str | None,
        typer.Argument(
            help=_("The submission, or how its name begins; all are listed if not given."),
            autocompletion=completion.submissions,
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Let one submission count in its category, whatever else is submitted."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        if submission is None:
            state = session.state()
            screen.say(show.submissions(state.categories, screen.out))
            screen.say("", _("Next: guildmark pin SUBMISSION"))
            screen.answer(state.model_dump(mode="json"))
            return
        chosen = session.handed_in.named(submission)
        state = session.handed_in.pin(chosen)
    screen.say(_("{file} counts now, until you unpin it.").format(file=chosen.file_name))
    _tell(screen, state, chosen.category)


def unpin(
    category: Annotated[str, typer.Argument(help=_("The category: 3 or category3."), autocompletion=completion.categories)],
    *,
    as_json: AsJson = False,
) -> None:
    """Leave it to the exam's rule again which submission counts in a category."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        found, state = session.handed_in.unpin(category)
    screen.say(_("Nothing is pinned in this category any more."))
    _tell(screen, state, found)


def _tell(screen: Screen, state: AttemptState, category: str) -> None:
    found = tuple(one for one in state.categories if one.id == category)
    screen.say(show.submissions(found, screen.out), "", show.time_left(state))
    screen.answer({"category": found[0].model_dump(mode="json"), "time_left_s": state.time_left_s})
