"""Looks a pack over: what its files say, whether every form really builds, and what the built data show.

An author mends a pack in one round: a form that cannot be read, or built, keeps nothing else from being reported.
"""

import difflib
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.inspection.allowed import is_name_of_a_layer, layer_names
from guildmark.packs.reader import Form, Pack, read_pack
from guildmark_grader.authoring.build import candidate_files
from guildmark_grader.authoring.lint import exam_problems, form_problems, variant_problems
from guildmark_grader.authoring.lint.starter_run import starter_problems
from guildmark_grader.authoring.output import Hidden
from guildmark_grader.authoring.readable import readable_forms, readable_pack
from guildmark_grader.authoring.repeats import Prints, clock_problems, prints, repeat_problems
from guildmark_grader.authoring.trial import Variant, built_files, built_variant, derived_seed

_TRIAL_SECRET = b"a trial build; its data are thrown away"
_BUILDERS = 2
_KEY = re.compile(r"^([a-z_]+)\s*=")
_WORD = re.compile(r"[a-z_]+")
_SHARED = ("lib/", "public/", "data")


def pack_problems(folder: Path, *, runs_starters: bool = False) -> tuple[PackProblem, ...]:
    """Everything that is wrong with the pack in `folder`. Each form is built twice; with `runs_starters`, its starter runs."""
    pack, unread = _read(folder)
    forms = pack.forms if pack is not None else readable_forms(folder)
    found = [*unread, *(exam_problems(pack) if pack is not None else ())]
    found += [problem for form in forms for problem in (*_strange_layers(folder, form), *form_problems(folder, form))]
    if pack is not None:
        buildable = [form for form in pack.forms if not _is_spoilt(folder, form, unread)]
        found += _trial_problems(pack, buildable, runs_starters=runs_starters)
    return tuple(found)


def _read(folder: Path) -> tuple[Pack | None, tuple[PackProblem, ...]]:
    """The pack, or what can be read of it, and what is wrong with its files."""
    try:
        return read_pack(folder), ()
    except PackUnreadable as error:
        return readable_pack(folder), tuple(_placed(folder, problem) for problem in error.problems)


def _placed(folder: Path, problem: PackProblem) -> PackProblem:
    """A rule about a whole TOML file, such as that thresholds get harder, at the line of the first key that it names."""
    if problem.line is not None or not problem.file.endswith(".toml"):
        return problem
    try:
        lines = (folder / problem.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return problem
    keys = {key[1]: number for number, line in reversed(list(enumerate(lines, start=1))) if (key := _KEY.match(line))}
    found = next((keys[word] for word in _WORD.findall(problem.message) if word in keys), None)
    return replace(problem, line=found)


def _is_spoilt(folder: Path, form: Form, unread: tuple[PackProblem, ...]) -> bool:
    """Whether something is reported already that would keep the form from being built, and so be reported twice."""
    place = form.folder.relative_to(folder).as_posix()
    return any(problem.file.startswith((f"{place}/build.py", f"{place}/task.toml", *_SHARED)) for problem in unread)


def _strange_layers(folder: Path, form: Form) -> Iterator[PackProblem]:
    """Forbidden layers that no model can have, so that forbidding them forbids nothing."""
    file = form.folder.relative_to(folder) / "task.toml"
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


@dataclass(frozen=True)
class _Trial:
    """What one build of a form showed; without prints, it came to nothing."""

    problems: tuple[PackProblem, ...] = ()
    prints: Prints | None = None


def _trial_problems(pack: Pack, forms: list[Form], *, runs_starters: bool) -> Iterator[PackProblem]:
    """What two builds of each form show. All are built once before any is built again, so that time passes between the two."""
    with ThreadPoolExecutor(max_workers=_BUILDERS) as builders:
        first = [builders.submit(_looked_over, pack, form, runs_starters=runs_starters) for form in forms]
        again = [builders.submit(_built_again, pack, form) for form in forms]
    for form, one, other in zip(forms, (trial.result() for trial in first), (trial.result() for trial in again), strict=True):
        yield from one.problems
        if one.prints is not None and other.prints is not None:
            yield from _of_build(form, repeat_problems(one.prints, other.prints))
        elif one.prints is not None:
            yield from other.problems


def _looked_over(pack: Pack, form: Form, *, runs_starters: bool) -> _Trial:
    since = time.time()
    try:
        variant = built_variant(pack, form, 0, secret=_TRIAL_SECRET)
    except PackUnreadable as error:
        return _Trial(error.problems)
    problems = [*_of_build(form, clock_problems(variant, since)), *variant_problems(pack, form, variant)]
    if runs_starters:
        problems += _starter_problems(pack, form, variant)
    return _Trial(tuple(problems), prints(form.task, variant.public, variant.hidden))


def _built_again(pack: Pack, form: Form) -> _Trial:
    """A second build, not looked over again: the first one was."""
    try:
        public, hidden = built_files(pack, form, derived_seed(_TRIAL_SECRET, pack.exam, form.task.id, 0))
    except PackUnreadable as error:
        return _Trial(error.problems)
    if not isinstance(hidden, Hidden):
        return _Trial(tuple(_of_build(form, hidden)))
    return _Trial(prints=prints(form.task, {**pack.public, **public}, hidden))


def _of_build(form: Form, messages: list[str]) -> list[PackProblem]:
    return [PackProblem(f"{form.category}/{form.folder.name}/build.py", None, message) for message in messages]


def _starter_problems(pack: Pack, form: Form, variant: Variant) -> Iterator[PackProblem]:
    """What a run of the starter shows, if there is one, in a category that the exam has: else that is reported already."""
    category = next((category for category in pack.exam.categories if category.id == form.category), None)
    if category is not None and (form.folder / "starter.py").is_file():
        yield from starter_problems(pack.folder, form, candidate_files(category, form, variant))
