"""What is wrong with a value in a pack's TOML, in sentences that say what to write."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from guildmark.i18n import _, mark

Place = tuple[str | int, ...]

_EXAMPLES: Mapping[str, str] = {
    "skills": mark('the id of a skill, such as "B2"'),
    "id": mark('small letters, digits and single hyphens, such as "house-prices"'),
    "version": mark('a year, a point and a number, such as "2026.1"'),
    "languages": mark('the code of a language, such as "en", "ko" or "zh-Hans"'),
    "data": mark('a path below data/ with forward slashes, such as "houses/train.csv"'),
    "name": mark('a letter, then letters, digits and _, such as "left"'),
    "solution": mark('the name of a Python file in small letters, such as "full.py"'),
}
"""How the values of a key are written, where a pattern says it to machines."""

_CATEGORY = mark('"category1", "category2" and so on')

_KINDS: Mapping[str, str] = {
    "extra_forbidden": mark("{key} is not a key that stands here."),
    "missing": mark("{key} is missing."),
    "greater_than": mark("{key} must be more than {gt}, not {input}."),
    "greater_than_equal": mark("{key} must be {ge} or more, not {input}."),
    "less_than": mark("{key} must be less than {lt}, not {input}."),
    "less_than_equal": mark("{key} must be {le} or less, not {input}."),
    "literal_error": mark("{key} must be {expected}, not {input}."),
    "enum": mark("{key} must be {expected}, not {input}."),
    "int_type": mark("{key} must be a whole number without quotes, such as 80, not {input}."),
    "float_type": mark("{key} must be a number without quotes, such as 0.9, not {input}."),
    "finite_number": mark("{key} must be a number such as 0.9, not {input}."),
    "bool_type": mark("{key} must be true or false, without quotes, not {input}."),
    "string_type": mark("{key} must be text in quotes, not {input}."),
    "tuple_type": mark("{key} must be a list in [ ], not {input}."),
    "dict_type": mark('{key} must be a text in every language, such as {{ en = "Signals" }}, not {input}.'),
    "model_type": mark("{key} must be a table with keys of its own, not {input}."),
    "too_short": mark("{key} must have an entry."),
    "string_too_long": mark("{key} must have at most {max_length} characters."),
}
"""By the kind that Pydantic gives a problem, with the names that it gives its details."""


def sentence(place: Place, kind: str, message: str, details: Mapping[str, Any], value: object) -> str:
    """The problem of `kind` with `value`, which stands at `place`. `message` is Pydantic's, for kinds that are rare."""
    key = ".".join(str(step + 1) if isinstance(step, int) else step for step in place if step != "[key]")
    if kind == "string_pattern_mismatch":
        return _("{key} is {input}; write {example}.").format(key=key, input=_as_toml(value), example=_example(place))
    if kind in _KINDS:
        told = {name: detail.replace("'", '"') if isinstance(detail, str) else detail for name, detail in details.items()}
        return _(_KINDS[kind]).format(**{**told, "key": key, "input": _as_toml(value)})
    what = message.removeprefix("Value error, ")
    return f"{key}: {what}" if key else what


def _example(place: Place) -> str:
    names = [step for step in place if isinstance(step, str)]
    if names[-1:] == ["[key]"]:
        return _(_EXAMPLES["languages"])
    if names[:1] == ["categories"]:
        return _(_CATEGORY)
    return _(_EXAMPLES.get(names[-1], mark("it as the author's guide says")))


def _as_toml(value: object) -> str:
    """`value` as an author would find it in the file; of lists and tables, only that they are one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return _("a list")
    if isinstance(value, dict):
        return _("a table")
    return str(value) if isinstance(value, int | float | date | time) else repr(value)
