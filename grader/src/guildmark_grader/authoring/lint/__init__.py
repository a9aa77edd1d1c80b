"""Looks a pack over for the mistakes that authors make, beyond what its files must be to be read.

contract    a text that says something else of contract and bands than task.toml
languages   a translation that lags behind the English text
starters    a starter that contradicts its task, or imports what a candidate has not got
starter_run a starter that does not run as far as "no model yet"
statistics  public statistics that were fitted on more than the public rows
timing      a grading that is over before the time of predicting can be told
"""

from collections.abc import Iterator
from pathlib import Path

from guildmark.errors import PackProblem
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.lint.contract import contract_problems
from guildmark_grader.authoring.lint.fitted import statistics_problems
from guildmark_grader.authoring.lint.languages import exam_language_problems, language_problems
from guildmark_grader.authoring.lint.starters import import_problems, script_shape_problems, title_problems
from guildmark_grader.authoring.lint.timing import timing_problems
from guildmark_grader.authoring.trial import Variant

__all__ = ["exam_problems", "form_problems", "variant_problems"]


def exam_problems(pack: Pack) -> Iterator[PackProblem]:
    """What can be said of the pack as a whole."""
    yield from exam_language_problems(pack)


def form_problems(folder: Path, form: Form) -> Iterator[PackProblem]:
    """What the files of `form` say, without building it. `folder` is the pack's."""
    place = form.folder.relative_to(folder).as_posix()
    yield from contract_problems(place, form)
    yield from language_problems(place, form)
    yield from title_problems(place, form)
    yield from script_shape_problems(place, form)


def variant_problems(pack: Pack, form: Form, variant: Variant) -> Iterator[PackProblem]:
    """What a built variant of `form` shows."""
    place = form.folder.relative_to(pack.folder).as_posix()
    yield from import_problems(place, form, requirements=pack.requirements, given=variant.public)
    yield from statistics_problems(place, form, variant)
    yield from timing_problems(place, form, len(variant.hidden.targets))
