"""Reasons and sizes in words, in the language of whoever reads them.

What a finding holds is of no language. `describe` puts it into a sentence, which `translate` has rendered: as the environment
says, or, in a portal, as the reader asked.
"""

from collections.abc import Callable
from functools import reduce

from guildmark.i18n import _, mark
from guildmark.rules.contract import alternatives_in
from guildmark.rules.metric import METRIC_TITLES
from guildmark.rules.reasons import REASONS
from guildmark.rules.verdict import Params

Translate = Callable[[str], str]

TIMED = mark("Predicting 1,000 rows took {predict_ms} ms of processor time; this task allows {predict_limit_ms} ms.")
"""What is added to the sentence of a graded model where a task limits the time."""

_EITHER = mark("{one} or {other}")
_SHAPE_OF_TEXT = mark("{shape} of text")
_BYTES = mark("{size} bytes")


def describe(code: str, params: Params, translate: Translate = _) -> str:
    """The sentence of reason `code`, filled with `params` and rendered by `translate`; and how fast it is, if that is there.

    Raises `KeyError` for a code that is not in the table, or a gap that `params` does not fill.
    """
    sentence = translate(REASONS[code].sentence).format(**_worded(code, params, translate))
    return f"{sentence} {translate(TIMED).format(**params)}" if "predict_ms" in params else sentence


def size_text(size: int, translate: Translate = _) -> str:
    """A size in bytes as people read it: `292 bytes`, `4.5 KiB`, `8.0 MiB`."""
    for unit, name in ((1024 * 1024, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return translate(_BYTES).format(size=size)


def _worded(code: str, params: Params, translate: Translate) -> Params:
    """`params` as they stand in the sentence."""
    if "metric" in params:
        return _measured(params, translate)
    if code == "file.too_large":
        return _sized(params, translate)
    if code == "contract.input_shape" and "expected" in params:
        return {**params, "expected": _alternatives_text(str(params["expected"]), translate)}
    return params


def _measured(params: Params, translate: Translate) -> Params:
    name, unit = str(params["metric"]), params.get("unit", "")
    values = {key: f"{params[key]} {unit}".rstrip() for key in ("value", "threshold") if key in params}
    return {**params, **values, "metric": translate(METRIC_TITLES.get(name, name))}


def _sized(params: Params, translate: Translate) -> Params:
    texts = {name: size_text(value, translate) if isinstance(value, int) else value for name, value in params.items()}
    if len(set(texts.values())) == len(texts):
        return texts
    # Too large by so little that it shows in bytes only.
    return {name: translate(_BYTES).format(size=value) for name, value in params.items()}


def _alternatives_text(noted: str, translate: Translate) -> str:
    """`(None,) of text or (None, 5)`, for what `note_alternatives` noted."""
    shapes = (translate(_SHAPE_OF_TEXT).format(shape=shape) if is_text else shape for shape, is_text in alternatives_in(noted))
    return reduce(lambda one, other: translate(_EITHER).format(one=one, other=other), shapes)
