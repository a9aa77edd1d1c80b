"""Texts that promise what is not so: another metric, shapes without their batch, files that a candidate does not get.

Words are compared where they cannot mean anything else. A metric is looked for in the section with the bands, by its id and by
what people call it; a shape without a batch, in a sentence on inputs and outputs; files, in the first column of their table.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.model import TaskSpec
from guildmark.packs.reader import Form
from guildmark.rules.contract import shape_text
from guildmark.rules.metric import METRIC_TITLES
from guildmark_grader.authoring.lint.markdown import Piece, Text
from guildmark_grader.authoring.statements import BANDS, CONTRACT

# Neither an argument, such as Reshape((28, 28, 1)), nor the end of a word.
_PLAIN_SHAPE = re.compile(r"(?<![\w.(\[=])\(\s*(\d+(?:\s*,\s*\d+)*)\s*(,?)\s*\)")
_ENTERING = re.compile(r"\binputs?\b|\boutputs?\b|\btakes\b|입력|출력|输入|输出", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")  # noqa: RUF001 - the stops of Chinese
_FILE = re.compile(r"(?:[\w.-]+/)*[\w-][\w.-]*\.[A-Za-z][A-Za-z0-9]{0,9}")
_SPAN = re.compile(r"`([^`]+)`")
_CASELESS = re.IGNORECASE | re.ASCII
"""ASCII: an id may stand right before a Korean or Chinese letter."""
_ALWAYS_GIVEN = ("starter.py", "task.json")
# What the metrics are called besides their ids and English titles.
_ALSO_CALLED: Mapping[str, str] = {
    "accuracy": r"정확도|准确率|share of (?:the )?(?:right|correct)",
    "mae": r"평균\s*절대\s*오차|절대\s*오차|平均绝对误差|绝对误差|absolute error",
    "rmse": r"평균\s*제곱근\s*오차|均方根误差|root[- ]mean[- ]squared? error",
    "quantile_loss": r"분위수\s*손실|핀볼|分位数损失|pinball",
    "macro_f1": r"매크로\s*F1|宏平均|macro[- ]averaged|F1",
    "mean_average_precision": r"mAP|평균\s*정밀도|平均精度|average precision",
}


def promise_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """What the instructions of `form`, in any language, say of metric and shapes that is not so."""
    for language, source in form.instructions.items():
        text = Text(source)
        for piece, message in (*_metric_messages(form.task, text), *_shape_messages(form.task, text)):
            yield PackProblem(f"{place}/instructions.{language}.md", piece.line, message)


def file_problems(place: str, form: Form, *, given: Collection[str]) -> Iterator[PackProblem]:
    """Files that a table promises and that are not among those `given`, to candidates beside the instructions."""
    there = {*given, *_ALWAYS_GIVEN, *(f"instructions.{language}.md" for language in form.instructions)}
    known = there | {PurePosixPath(name).name for name in there}
    for language, source in form.instructions.items():
        for cell, name in _promised(Text(source), known):
            if name not in known:
                message = _("{name} is promised, but a candidate does not get it. Let build.py write it, or drop the row.")
                yield PackProblem(f"{place}/instructions.{language}.md", cell.line, message.format(name=name))


def _promised(text: Text, known: Collection[str]) -> Iterator[tuple[Piece, str]]:
    """Names in the first column of a table of files, which is one that has a row for a file that is there."""
    for table in text.tables:
        named = [(row[0], name) for row in table[1:] for name in _SPAN.findall(row[0].text) if _FILE.fullmatch(name)]
        if any(name in known for _cell, name in named):
            yield from named


def _metric_messages(task: TaskSpec, text: Text) -> Iterator[tuple[Piece, str]]:
    """The first other metric in the section with the bands, where that does not name the right one."""
    section = _section(text, BANDS) or list(text.blocks)
    right = task.metric.name
    if any(_names(right).search(block.text) for block in section):
        return
    for block in section:
        for other in METRIC_TITLES:
            if other != right and re.search(rf"(?<![\w-]){other}(?![\w-])", block.text, _CASELESS):
                message = _("The text says {found}, and not {right}, which is the metric in task.toml. Write that.")
                yield block, message.format(found=other, right=right)
                return


def _names(metric: str) -> re.Pattern[str]:
    title = METRIC_TITLES[metric].replace(" ", r"[\s-]+")
    return re.compile(rf"(?<!\w){metric}(?!\w)|{title}|{_ALSO_CALLED[metric]}", _CASELESS)


def _shape_messages(task: TaskSpec, text: Text) -> Iterator[tuple[Piece, str]]:
    """Shapes of as many axes as an input or the output has, and of none of them: elsewhere only those with axes in disorder."""
    tensors = [*(entry.shape for entry in task.inputs), task.output.shape]
    strict = {block.line for block in _section(text, CONTRACT)}
    rows = (Piece(" | ".join(cell.text for cell in row), row[0].line) for table in text.tables for row in table)
    found: dict[tuple[Piece, str], None] = {}
    for block in (*text.blocks, *rows):
        for written, shape in _shapes(block.text):
            alike = [
                one for one in tensors if len(one) == len(shape) and (block.line in strict or sorted(one) == sorted(shape))
            ]
            if alike and shape not in tensors:
                message = _("{found} is the shape of no input or output: task.toml says {right}, with the batch. Write that.")
                right = " / ".join(shape_text(one) for one in alike)
                found.setdefault((Piece(written, block.line), message.format(found=written, right=right)))
    yield from found


def _shapes(block: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Shapes of whole numbers, as they are written, in sentences on inputs and outputs; a number in brackets is none."""
    for sentence in _SENTENCE_END.split(block):
        for match in _PLAIN_SHAPE.finditer(sentence) if _ENTERING.search(sentence) else ():
            if "," in match[0]:
                yield match[0], tuple(int(step) for step in match[1].split(","))


def _section(text: Text, marker: str) -> list[Piece]:
    """The blocks below the same heading as `marker`; none if that is not there."""
    at = next((line.line for line in text.lines if line.text.strip() == marker), None)
    if at is None:
        return []
    lines = [heading.line for _level, heading in text.headings]
    first = max((line for line in lines if line < at), default=0)
    last = min((line for line in lines if line > at), default=len(text.source) + 1)
    return [block for block in text.blocks if first <= block.line < last]
