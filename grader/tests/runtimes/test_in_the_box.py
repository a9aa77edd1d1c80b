"""The same models through the whole way of a submission: inspected in one box, run in another, scored outside."""

import pytest
from grader.tests.scored_banks import Question, bank_of

from guildmark.rules.verdict import Verdict
from guildmark_grader.banks import Bank

from . import other_formats, saved_models
from .test_saved_models import REFUSED

NAMES = sorted({*saved_models.KERAS_CASES, *other_formats.BUILDERS} - REFUSED)


@pytest.fixture(scope="module")
def questions(saved) -> dict[str, Question]:
    cases = {path.stem: saved_models.Case.named(saved, path.stem) for path in saved.glob("*.npz")}
    return {name: Question(name, case.inputs, case.arrays(saved)[0], case.output) for name, case in cases.items()}


@pytest.fixture(scope="module")
def bank_of_all(questions, tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return bank_of(tmp_path_factory.mktemp("bank") / "bank", questions.values())


@pytest.mark.parametrize("name", NAMES)
def test_x11_a_model_of_every_format_and_style_gets_the_metric_of_its_library(grader, bank_of_all, questions, saved, name):
    case = saved_models.Case.named(saved, name)
    form = bank_of_all.form(name.replace("_", "-").replace(".", "-").lower())
    report = grader.grade(bank_of_all, form, 0, saved / case.file)
    assert report.verdict is Verdict.GRADED, (report.reason, report.params)
    expected = questions[name].metric_of(case.arrays(saved)[1])
    assert report.metric.value == pytest.approx(expected, abs=max(2e-4, 2 * case.tolerance))
