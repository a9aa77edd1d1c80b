"""What instructions say of contract and bands, written from `task.toml`, so that the two can never disagree.

An author writes a line `{{contract}}` and a line `{{bands}}`; a candidate reads tables and sentences in their place, in the
language of the instructions. The sentences stand in `wording/LANGUAGE.toml`, whole, so that each language reads naturally.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import tomllib

from guildmark.packs.model import InputSpec, OutputSpec, TaskSpec, text_in
from guildmark.rules.contract import ModelFormat, shape_text
from guildmark.rules.counting import Counts
from guildmark.rules.scoring import MAX_SCORE

CONTRACT, BANDS = "{{contract}}", "{{bands}}"

_WITH_LAYERS = (ModelFormat.KERAS, ModelFormat.H5)


def statement(task: TaskSpec, text: str, language: str, *, counts: Counts = Counts.BEST) -> str:
    """`text`, instructions in `language`, with its markers replaced; English sentences where `language` has none of its own."""
    wording = _wording(language)
    written: dict[str, Callable[[], str]] = {
        CONTRACT: lambda: "\n".join(_contract(task, wording)),
        BANDS: lambda: "\n".join(_bands(task, wording, counts)),
    }
    lines = [written[line.strip()]() if line.strip() in written else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def plain_thresholds(thresholds: Sequence[float]) -> tuple[str, ...]:
    """Thresholds as people read them: no exponent, no digit lost, and as many decimals each."""
    exact = [Decimal(repr(threshold)).normalize() for threshold in thresholds]
    decimals = max(0, *(-int(number.as_tuple().exponent) for number in exact))
    return tuple(f"{number:.{decimals}f}" for number in exact)


@dataclass(frozen=True)
class _Wording:
    """The sentences for instructions in `language`."""

    language: str
    sentences: dict[str, Any]

    def __getitem__(self, key: str) -> str:
        return str(self.sentences[key])

    def header(self) -> str:
        return _row(*self.sentences["header"])

    def listed(self, parts: Sequence[str], last: str) -> str:
        """`a, b or c`, with the word `last` before the last one."""
        *first, end = parts
        return self[last].join((self["between"].join(first), end)) if first else end


@lru_cache
def _wording(language: str) -> _Wording:
    folder = files("guildmark_grader.authoring") / "wording"
    known = language if (folder / f"{language}.toml").is_file() else "en"
    return _Wording(language, tomllib.loads((folder / f"{known}.toml").read_text(encoding="utf-8")))


def _contract(task: TaskSpec, wording: _Wording) -> Iterator[str]:
    yield wording.header()
    yield _row("---", "---", "---", "---")
    for entry in task.inputs:
        yield _tensor_row(entry, wording["input"] + (f" `{entry.name}`" if entry.name else ""), wording)
    yield _tensor_row(task.output, wording["output"], wording)
    yield ""
    yield wording["batch"]
    if len(task.inputs) > 1:
        yield wording["either_input" if task.either else "all_inputs"]
    formats = [wording["saved_model"] if form is ModelFormat.SAVED_MODEL else f"`{form.suffix}`" for form in task.formats]
    yield wording["file"].format(formats=wording.listed(formats, "or"), size=_size_limit(task))
    if task.limits.predict_ms is not None:
        yield wording["time"].format(time=task.limits.predict_ms)
    if any(form in _WITH_LAYERS for form in task.formats):
        layers = [f"`{name}`" for name in task.forbidden_layers]
        yield wording["layers_but"].format(layers=wording.listed(layers, "and")) if layers else wording["layers"]


def _size_limit(task: TaskSpec) -> str:
    return f"{task.size_limit_kib} KiB" if task.size_limit_mib is None else f"{task.size_limit_mib} MiB"


def _tensor_row(spec: InputSpec | OutputSpec, name: str, wording: _Wording) -> str:
    meaning = text_in(spec.meaning, wording.language).replace("|", "\\|")
    return _row(name, f"`{shape_text(spec.shape)}`", spec.dtype, meaning)


def _bands(task: TaskSpec, wording: _Wording, counts: Counts) -> Iterator[str]:
    yield _row(wording["score"], *map(str, range(1, MAX_SCORE + 1)))
    yield _row(*["---"] * (MAX_SCORE + 1))
    yield _row(wording[task.metric.direction.value], *plain_thresholds(task.thresholds))
    yield ""
    yield wording["submissions_last" if counts is Counts.LAST else "submissions"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
