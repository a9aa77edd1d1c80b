"""`guildmark check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from guildmark.cli.here import exam_here
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client.files import require_file
from guildmark.client.workspace import Workspace
from guildmark.errors import ModelRefused, UsageError
from guildmark.i18n import _
from guildmark.rules.wording import describe

if TYPE_CHECKING:
    from guildmark.client.check import Checked


def check(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[CATEGORY|FILE]", help=_("A category (3, category3) or a file; else all saved models.")),
    ] = None,
    *,
    category: Annotated[str | None, typer.Option("--category", "-c", help=_("The category that a file is for."))] = None,
    as_json: AsJson = False,
) -> None:
    """Inspect models offline; exit status 3 if the grader would refuse one."""
    screen = Screen(as_json=as_json)
    with exam_here() as session:
        checked = []
        for identifier, file in _targets(Workspace.containing(Path.cwd()), what, category):
            with screen.waiting(_("Looking at {file}").format(file=file.name)):
                checked.append(session.check(identifier, file))
    for one in checked:
        tell(screen, one)
    screen.answer({"files": [document(one) for one in checked], "passed": all(one.passed for one in checked)})
    if not all(one.passed for one in checked):
        raise typer.Exit(ModelRefused.exit_code)


def _targets(workspace: Workspace, what: str | None, category: str | None) -> list[tuple[str, Path]]:
    if what is None and category is None:
        found = [(c.id, model) for c in workspace.opened() if (model := workspace.default_model(c)) is not None]
        if not found:
            raise UsageError(
                _("There is no saved model in any category."),
                next_step=_("Run a starter.py to train and save a model, or name a file."),
            )
        return found
    path = Path(what) if what is not None else None
    if path is None or (not path.is_file() and category is None and path.name.lower().removeprefix("category").isdecimal()):
        chosen = workspace.category(category or str(what))
        return [(chosen.id, workspace.default_model(chosen) or workspace.folder / chosen.folder / "mymodel.keras")]
    workspace.opened()
    require_file(path)
    where = workspace.category(category) if category else workspace.category_of(path)
    if where is None:
        raise UsageError(
            _("Which category is {file} for?").format(file=path),
            next_step=_("Add it: guildmark check FILE --category 3"),
        )
    return [(where.id, path)]


def tell(screen: Screen, checked: "Checked") -> None:
    """What was found in one file, for people."""
    name = f"{checked.category}  {checked.path}"
    if checked.passed:
        screen.say(Text(_("{name}: nothing speaks against submitting it.").format(name=name), style="green"))
    else:
        screen.say(Text(_("{name}: the grader would refuse it.").format(name=name), style="bold red"))
        for finding in checked.findings:
            screen.say(Text(f"  {describe(finding.code, finding.params)}"))
    run = checked.dry_run
    if run is None:
        return
    if run.python is None:
        screen.say(Text(_("  No Python with TensorFlow was found here, so the model was not run."), style="dim"))
    elif not run.finished:
        screen.say(Text(_("  {python} did not finish, so the model was not run.").format(python=run.python), style="dim"))
    else:
        screen.say(Text(_("  Run with TensorFlow {v} of {python}.").format(v=run.framework, python=run.python), style="dim"))
    if run.detail:
        screen.say(Text(f"  {run.detail}", style="dim"))


def document(checked: "Checked") -> dict[str, Any]:
    """What was found in one file, as JSON."""
    seen, run = checked.inspection, checked.dry_run
    return {
        "file": str(checked.path),
        "category": checked.category,
        "passed": checked.passed,
        "format": None if seen.format is None else seen.format.value,
        "layers": list(seen.layers),
        "findings": [
            {"code": finding.code, "params": dict(finding.params), "message": describe(finding.code, finding.params)}
            for finding in checked.findings
        ],
        "dry_run": None
        if run is None
        else {
            "python": None if run.python is None else str(run.python),
            "framework": run.framework,
            "finished": run.finished,
            "detail": run.detail,
        },
    }
