"""Looks a pack over: what its files say, then whether every form really builds."""

from pathlib import Path

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.packs.reader import Form, Pack, read_pack
from guildmark_grader.authoring.trial import built_variant

_TRIAL_SECRET = b"a trial build; its data are thrown away"


def pack_problems(folder: Path) -> tuple[PackProblem, ...]:
    """Everything that is wrong with the pack in `folder`; a pack that reads well is also built once, a form at a time."""
    try:
        pack = read_pack(folder)
    except PackUnreadable as error:
        return error.problems
    return tuple(problem for form in pack.forms for problem in _trial_problems(pack, form))


def _trial_problems(pack: Pack, form: Form) -> tuple[PackProblem, ...]:
    try:
        built_variant(pack, form, 0, secret=_TRIAL_SECRET)
    except PackUnreadable as error:
        return error.problems
    return ()
