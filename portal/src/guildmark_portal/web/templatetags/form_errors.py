"""What went wrong with a form, said where nobody misses it: in the title, and in a summary at the top that has the focus."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import messages
from django.forms import BaseForm, CheckboxInput
from django.forms.boundfield import BoundField
from django.template import Context

register = template.Library()


@dataclass(frozen=True)
class Problem:
    """One thing to correct: the id of its field, empty where it is no single one, what the field is called, and what to do."""

    field: str
    label: str
    text: str


@register.simple_tag(takes_context=True)
def has_errors(context: Context) -> bool:
    """Whether the page comes back because of something that was entered: its title says so first."""
    told = context.get("messages") or ()
    return bool(_problems(context)) or any(message.level >= messages.ERROR for message in told)


@register.inclusion_tag("guildmark/error_summary.html", takes_context=True)
def error_summary(context: Context) -> dict[str, Any]:
    """Every problem of every form of the page, each with a link to its field."""
    return {"problems": _problems(context)}


def _problems(context: Context) -> list[Problem]:
    found = (value for layer in context.dicts for value in layer.values() if isinstance(value, BaseForm))
    forms = {id(form): form for form in found if form.is_bound and form.errors}
    return [problem for form in forms.values() for problem in _of(form)]


def _of(form: BaseForm) -> Iterator[Problem]:
    for text in form.non_field_errors():
        yield Problem("", "", str(text))
    for field in form:
        for text in field.errors:
            yield Problem("" if field.is_hidden else _target(field), _label(field), str(text))


def _target(field: BoundField) -> str:
    """The id of the field; of its first choice where it has several."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")


def _label(field: BoundField) -> str:
    """The label in front of the problem; the one of a box to tick is a whole sentence, and says less than the problem does."""
    return "" if field.is_hidden or isinstance(field.field.widget, CheckboxInput) else str(field.label)
