"""`guildmark status`."""

from rich.text import Text

from guildmark.cli import show
from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.i18n import _
from guildmark.rules.attempt import Phase
from guildmark.rules.wording import size_text

_NEXT = {
    Phase.REGISTERED: _("Next: guildmark start"),
    Phase.PREPARED: _("Next: guildmark start"),
    Phase.RUNNING: _("Next: guildmark submit CATEGORY; when all is done, guildmark finish"),
    Phase.GRADING: _("The last submissions are being graded. Next: guildmark result"),
    Phase.DECIDED: _("Next: guildmark result"),
}


def status(*, as_json: AsJson = False) -> None:
    """Phase, clock, scores."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        state = session.state()
    screen.say(
        Text(f"{state.exam_title}  {state.exam_version}", style="bold"),
        show.time_left(state),
        "",
        show.categories(state.categories, screen.out),
        "",
        _NEXT[state.phase],
    )
    for category in state.categories:
        if category.open_upload is not None:
            upload = category.open_upload
            screen.say(
                _("Category {number}: {name} is under way, {offset} of {size}. Submit it again to go on.").format(
                    number=category.number,
                    name=upload.file_name,
                    offset=size_text(upload.offset),
                    size=size_text(upload.size),
                )
            )
    screen.answer(state.model_dump(mode="json"))
