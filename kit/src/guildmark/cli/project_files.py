"""The project files of IDEs, as `guildmark start` leaves them."""

from guildmark import projects
from guildmark.cli.screen import Screen
from guildmark.client.workspace import Workspace
from guildmark.i18n import _


def leave_project_files(screen: Screen, workspace: Workspace | None) -> None:
    """Write them into the exam folder, and name on standard error what is not as we would have written it."""
    if workspace is None:
        return
    done = projects.write(workspace)
    if done.kept:
        screen.note(_("Project files of your IDE, kept as they are: {files}").format(files=", ".join(map(str, done.kept))))
    if done.failed:
        screen.note(
            _("Project files for IDEs that could not be written: {files}. The exam needs none of them.").format(
                files=", ".join(map(str, done.failed))
            )
        )
