"""Every form, and how much of what somebody types it looks at."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.validators import MaxLengthValidator
from django.test import Client
from portal.tests.accounts.conftest import signed_in

import guildmark_portal
from guildmark.rules.exam_stage import Stage
from guildmark_portal.accounts.app_codes import FreshSignInForm, SignInForm
from guildmark_portal.accounts.forms import PasskeyForm
from guildmark_portal.exams.models import Program
from guildmark_portal.profiles.models import LegalName
from guildmark_portal.web.cohort_forms import ImportForm
from guildmark_portal.web.desk_program_forms import StepForm
from guildmark_portal.web.help_forms import CaseForm
from guildmark_portal.web.network_forms import HolderForm
from guildmark_portal.web.profile_forms import AddressForm, LegalNameForm
from guildmark_portal.web.stipend_forms import DecisionForm

GIVEN: dict[type, dict[str, Any]] = {
    AddressForm: {"country": "KR"},
    HolderForm: {"listing": None, "certificates": []},
    DecisionForm: {"program": Program(slug="any", kind="live")},
    StepForm: {"data": None, "stage": Stage.DRAFT, "steps": (Stage.PROVEN,), "lacks": True},
}
"""What a form is made with, beside what was typed."""

LONGER: dict[tuple[type, str], int] = {(ImportForm, "roster"): 400 * 1024}
"""What is longer than what somebody types: a roster that comes as a file."""

OF_A_PERSON = (PasskeyForm, SignInForm, FreshSignInForm, CaseForm, HolderForm)
"""The forms that are made for the person who fills them in."""


def ours() -> Iterator[type[forms.BaseForm]]:
    """Every form class of the portal."""
    for module in pkgutil.walk_packages(guildmark_portal.__path__, "guildmark_portal."):
        if "form" in module.name.rpartition(".")[2] and "templatetags" not in module.name:
            importlib.import_module(module.name)
    known, found = [forms.BaseForm], set()
    while known:
        below = known.pop().__subclasses__()
        known += below
        found.update(below)
    yield from sorted(
        (one for one in found if one.__module__.startswith("guildmark_portal.") and one.__name__[0] != "_"),
        key=lambda one: one.__name__,
    )


def longest(field: forms.Field) -> int | None:
    return next((check.limit_value for check in field.validators if isinstance(check, MaxLengthValidator)), None)


def test_every_line_of_every_form_has_a_longest_length(rf, candidate):
    seen = []
    for form_class in ours():
        given = {**GIVEN.get(form_class, {}), **({"user": candidate} if form_class in OF_A_PERSON else {})}
        for name, field in form_class(**given).fields.items():
            if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField | forms.UUIDField):
                assert longest(field) is not None, (form_class, name)
                assert longest(field) <= LONGER.get((form_class, name), 4000), (form_class, name)
                seen.append(name)
    assert len(seen) > 15


@pytest.mark.timeout(10)
def test_thousands_of_marks_are_refused_at_once(candidate):
    """Of another class each in turn: sorting them takes time that grows with the square of their number."""
    marks = "a" + "\u0316\u0301" * 60_000
    client: Client = signed_in(candidate)
    page = client.post("/register/name/", {"name": marks, "latin_name": marks})
    assert page.status_code == 200
    assert not LegalName.objects.exists()
    assert set(LegalNameForm({"name": marks, "latin_name": marks}).errors) == {"name", "latin_name"}


@pytest.mark.timeout(10)
def test_what_is_too_long_for_any_line_is_not_composed():
    from guildmark_portal.profiles.entered import FullName, Problems, tidy

    marks = "a" + "\u0316\u0301" * 60_000
    with pytest.raises(Problems, match="at most 200"):
        FullName(tidy(marks))
