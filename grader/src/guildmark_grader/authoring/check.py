"""Looks a pack over: what its files say, then whether every form really builds."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.inspection.allowed import is_name_of_a_layer, layer_names
from guildmark.packs.reader import Form, Pack, read_pack
from guildmark_grader.authoring.trial import built_variant

_TRIAL_SECRET = b"a trial build; its data are thrown away"


def pack_problems(folder: Path) -> tuple[PackProblem, ...]:
    """Everything that is wrong with the pack in `folder`; a pack that reads well is also built once, a form at a time."""
    try:
        pack = read_pack(folder)
    except PackUnreadable as error:
        return error.problems
    strange = [problem for form in pack.forms for problem in _strange_layers(pack, form)]
    return (*strange, *(problem for form in pack.forms for problem in _trial_problems(pack, form)))


def _strange_layers(pack: Pack, form: Form) -> Iterator[PackProblem]:
    """Forbidden layers that no model can have, so that forbidding them forbids nothing."""
    file = form.folder.relative_to(pack.folder) / "task.toml"
    for name in form.task.forbidden_layers:
        if is_name_of_a_layer(name):
            continue
        near = difflib.get_close_matches(name, layer_names(), n=1, cutoff=0.4)
        hint = _("Did you mean {near}?").format(near=near[0]) if near else _("Write it as Keras does, such as Dropout.")
        message = _("forbidden_layers: {name} is no built-in layer of Keras.").format(name=name)
        yield PackProblem(str(file), _line_of(form, name), f"{message} {hint}")


def _line_of(form: Form, name: str) -> int | None:
    lines = (form.folder / "task.toml").read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if f'"{name}"' in line), None)


def _trial_problems(pack: Pack, form: Form) -> tuple[PackProblem, ...]:
    try:
        built_variant(pack, form, 0, secret=_TRIAL_SECRET)
    except PackUnreadable as error:
        return error.problems
    return ()
