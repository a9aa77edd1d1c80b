"""`guildmark fetch`."""

from pathlib import Path
from typing import Annotated

import typer

from guildmark.cli import completion, show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client.submissions import SHORT_NAME
from guildmark.i18n import _
from guildmark.packs.names import fitting_name
from guildmark.protocol import SubmissionState


def fetch(
    submission: Annotated[
        str | None,
        typer.Argument(
            help=_("The submission, or how its name begins; all are listed if not given."),
            autocompletion=completion.submissions,
        ),
    ] = None,
    *,
    to: Annotated[Path | None, typer.Option(help=_("Where to write the file; in this folder if not given."))] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the file of a submission back, byte for byte."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        if submission is None:
            state = session.state()
            screen.say(show.submissions(state.categories, screen.out))
            screen.say("", _("Next: guildmark fetch SUBMISSION"))
            screen.answer(state.model_dump(mode="json"))
            return
        chosen = session.handed_in.named(submission)
        place = to or _place(chosen)
        with screen.transfer(_("Fetching {name}").format(name=chosen.file_name)) as progress:
            session.handed_in.fetch(chosen, place, progress)
    screen.say(_("Written: {file}").format(file=place))
    screen.answer({"file": str(place.resolve()), "submission": chosen.model_dump(mode="json")})


def _place(chosen: SubmissionState) -> Path:
    """A name that tells which submission it is, and is no other file's."""
    name = Path(chosen.file_name.replace("\\", "/")).name or "model"
    return Path(fitting_name(f"{chosen.category}-{chosen.id[:SHORT_NAME]}-{name}"))
