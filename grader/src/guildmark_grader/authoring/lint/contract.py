"""Texts that say something else of contract and bands than `task.toml` does.

What a text leaves to the markers `{{contract}}` and `{{bands}}` is always right. What it writes itself is compared here.
"""

import re
from collections.abc import Iterator, Mapping

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.model import TaskSpec
from guildmark.packs.reader import Form
from guildmark.rules.contract import ModelFormat, shape_text
from guildmark.rules.scoring import MAX_SCORE, Direction
from guildmark_grader.authoring.lint.markdown import Piece, Text
from guildmark_grader.authoring.statements import BANDS, CONTRACT, plain_thresholds

_SHAPE = re.compile(r"\(\s*None\s*,[^()]*\)")
_MARKER = re.compile(r"\{\{.*?\}\}")
_SIZE = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)\s*([KM]i?B)\b")
_LIMITING = re.compile(
    r"at most|up to|no more than|not exceed|limit"
    r"|이하|최대|제한|넘지|초과"
    r"|不超过|不得|最大|最多|上限|以内|限制",
    re.IGNORECASE,
)
_DENYING = re.compile(r"\b(?:not|never|no|cannot)\b|않|없|不|未|勿|别", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")  # noqa: RUF001 - the stops of Chinese
_BYTES = {"K": 1024, "M": 1024 * 1024}
_DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "string")
_WORDS: Mapping[Direction, re.Pattern[str]] = {
    Direction.HIGHER: re.compile(r"at least|이상|不低于|至少|不小于", re.IGNORECASE),
    Direction.LOWER: re.compile(r"at most|이하|不高于|不超过|至多|不大于", re.IGNORECASE),
}


def contract_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """What the instructions of `form`, in any language, and its tips, hints and meanings say that is not so."""
    for language, source in form.instructions.items():
        if source.strip():  # an empty file is reported as such
            yield from _text_problems(f"{place}/instructions.{language}.md", form.task, Text(source))
    yield from _task_problems(place, form)


def _text_problems(file: str, task: TaskSpec, text: Text) -> Iterator[PackProblem]:
    for line in text.lines:
        for message in (*_shape_messages(task, line.text), *_marker_messages(line.text)):
            yield PackProblem(file, line.line, message)
    for block in text.blocks:
        for message in (*_size_messages(task, block.text), *_format_messages(task, block.text)):
            yield PackProblem(file, block.line, message)
    yield from (PackProblem(file, cell.line, message) for cell, message in _row_messages(task, text))
    yield from _missing(file, task, text)


def _missing(file: str, task: TaskSpec, text: Text) -> Iterator[PackProblem]:
    """Instructions that neither have a marker nor say themselves what it would have said."""
    written = {shape for line in text.lines for _found, shape in _shapes(line.text)}
    tensors = {*(entry.shape for entry in task.inputs), task.output.shape}
    if CONTRACT not in text.source and not tensors <= written:
        message = _("The text does not say what goes into the model and comes out. Write a line {marker} where that belongs.")
        yield PackProblem(file, None, message.format(marker=CONTRACT))
    if BANDS not in text.source and not list(_bands_rows(text)):
        message = _("The text does not say what earns which score. Write a line {marker} where that belongs.")
        yield PackProblem(file, None, message.format(marker=BANDS))


def _marker_messages(line: str) -> Iterator[str]:
    for marker in _MARKER.findall(line):
        if marker not in {CONTRACT, BANDS}:
            yield _("{marker} is no marker; there are {contract} and {bands}.").format(
                marker=marker, contract=CONTRACT, bands=BANDS
            )
        elif line.strip() != marker:
            yield _("{marker} is replaced only where it has a line of its own. Put it on one.").format(marker=marker)


def _shapes(line: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Shapes with a free batch as they are written in `line`, and what they say without it; symbolic ones are left out."""
    for found in _SHAPE.findall(line):
        steps = [step.strip() for step in found.strip("()").split(",")[1:] if step.strip()]
        if all(step.isdecimal() for step in steps):
            yield found, tuple(int(step) for step in steps)


def _shape_messages(task: TaskSpec, line: str) -> Iterator[str]:
    inputs = [entry.shape for entry in task.inputs]
    for found, shape in _shapes(line):
        if shape not in {*inputs, task.output.shape}:
            message = _("{found} is the shape of no input or output: task.toml says {inputs} and {output}. Write one of them.")
            yield message.format(
                found=found, inputs=", ".join(shape_text(one) for one in inputs), output=shape_text(task.output.shape)
            )


def _row_messages(task: TaskSpec, text: Text) -> Iterator[tuple[Piece, str]]:
    """Rows of tables: an element type beside a shape, and the thresholds below the scores."""
    tensors = {*((entry.shape, str(entry.dtype)) for entry in task.inputs), (task.output.shape, str(task.output.dtype))}
    known = {shape for shape, _dtype in tensors}
    for table in text.tables:
        for row in table:
            shapes = [shape for cell in row for _found, shape in _shapes(cell.text) if shape in known]
            dtypes = [cell for cell in row if cell.text.strip("`") in _DTYPES]
            for shape, cell in zip(shapes, dtypes, strict=False):
                if (shape, cell.text.strip("`")) not in tensors:
                    right = " / ".join(sorted(dtype for of, dtype in tensors if of == shape))
                    message = _("{shape} is said to be {found}; task.toml says {right}. Write that.")
                    yield cell, message.format(shape=shape_text(shape), found=cell.text, right=right)
    for label, cells in _bands_rows(text):
        yield from _bands_messages(task, label, cells)


def _bands_rows(text: Text) -> Iterator[tuple[Piece, tuple[Piece, ...]]]:
    """The rows below the scores 1 to 5: label and cells."""
    scores = [str(score) for score in range(1, MAX_SCORE + 1)]
    for table in text.tables:
        if len(table) > 1 and [cell.text for cell in table[0][1:]] == scores and len(table[1]) == len(table[0]):
            yield table[1][0], table[1][1:]


def _bands_messages(task: TaskSpec, label: Piece, cells: tuple[Piece, ...]) -> Iterator[tuple[Piece, str]]:
    plain = plain_thresholds(task.thresholds)
    for score, (cell, right, threshold) in enumerate(zip(cells, plain, task.thresholds, strict=True), start=1):
        if _as_number(cell.text) != threshold:
            message = _("{found} is said to earn {score}; task.toml says {right}. Write {marker} instead of the table.")
            yield cell, message.format(found=cell.text or "''", score=score, right=right, marker=BANDS)
    direction = task.metric.direction
    wrong = next(other for other in Direction if other is not direction)
    if _WORDS[wrong].search(label.text) and not _WORDS[direction].search(label.text):
        message = _("For {metric}, {direction} is better, and the row says {found}. Write {marker} instead of the table.")
        yield label, message.format(metric=task.metric.name, direction=direction.value, found=label.text, marker=BANDS)


def _as_number(cell: str) -> float | None:
    try:
        return float(cell.strip("`").replace(",", "").rstrip("%")) / (100 if cell.endswith("%") else 1)
    except ValueError:
        return None


def _size_messages(task: TaskSpec, block: str) -> Iterator[str]:
    right = task.contract.size_limit
    for sentence in _SENTENCE_END.split(block):
        for number, unit in _SIZE.findall(sentence) if _LIMITING.search(sentence) else ():
            if float(number) * _BYTES[unit[0]] != right:
                message = _("{found} is not the limit of size; task.toml says {right}. Write that, or leave it to {marker}.")
                yield message.format(found=f"{number} {unit}", right=_size_text(right), marker=CONTRACT)


def _size_text(size: int) -> str:
    return f"{size // _BYTES['M']} MiB" if size % _BYTES["M"] == 0 else f"{size // _BYTES['K']} KiB"


def _format_messages(task: TaskSpec, block: str) -> Iterator[str]:
    refused = [other for other in ModelFormat if other not in task.formats]
    for sentence in _SENTENCE_END.split(block):
        spans = set(re.findall(r"`([^`]+)`", sentence)) if not _DENYING.search(sentence) else set()
        for other in refused:
            # A zip archive is not always a SavedModel, and .h5 may be a network that the task provides: but not alone.
            names = {f"mymodel{other.suffix}"} | ({other.suffix} if other is not ModelFormat.SAVED_MODEL else set())
            if found := spans & names:
                message = _("{found} is promised, but task.toml does not take that format. Drop it, or add {name} to formats.")
                yield message.format(found=", ".join(sorted(found)), name=repr(other.value))


def _task_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """Tips, hints and meanings; a shape is looked for in the file, so that its line is known."""
    lines = (form.folder / "task.toml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.lstrip().startswith("#"):
            for message in (*_shape_messages(form.task, line), *_size_messages(form.task, line)):
                yield PackProblem(f"{place}/task.toml", number, message)
