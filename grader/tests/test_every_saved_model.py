"""Models that real libraries saved, from Keras 2.12 to today's: the box finds the metric that their library computes."""

import sys
from pathlib import Path

import numpy as np
import pytest
from grader.tests.scored_banks import Question, bank_of

from guildmark.rules.contract import TensorContract
from guildmark.rules.verdict import Verdict
from guildmark_grader.banks import Bank

SAVED = Path(__file__).with_name("saved_by")
sys.path.insert(0, str(SAVED))
from architectures import ARCHITECTURES, inputs_of  # noqa: E402 - beside the script that saved them

sys.path.remove(str(SAVED))
pytestmark = pytest.mark.models
QUESTIONS = {
    architecture.name: Question(
        architecture.name,
        (TensorContract(architecture.input_shape, architecture.dtype),),
        (inputs_of(architecture),),
        architecture.output_shape,
    )
    for architecture in ARCHITECTURES
}
FILES = sorted(path.relative_to(SAVED) for path in SAVED.glob("keras-*/*") if path.suffix in (".h5", ".keras"))


@pytest.fixture(scope="module")
def bank_of_all(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return bank_of(tmp_path_factory.mktemp("bank") / "bank", QUESTIONS.values())


@pytest.mark.parametrize("file", FILES, ids=str)
def test_x11_what_a_library_saved_gets_the_metric_that_the_library_computes(grader, bank_of_all, file):
    report = grader.grade(bank_of_all, bank_of_all.form(file.stem), 0, SAVED / file)
    assert report.verdict is Verdict.GRADED, (report.reason, report.params)
    expected = QUESTIONS[file.stem].metric_of(np.load((SAVED / file).with_suffix(".npy")))
    assert report.metric.value == pytest.approx(expected, abs=2e-4)


def test_there_are_files_of_every_generation():
    generations = {file.parent.name: {path.suffix for path in (SAVED / file.parent).iterdir()} for file in FILES}
    assert generations == {name: {".h5", ".keras", ".npy"} for name in ("keras-2.12", "keras-2.15", "keras-3.0", "keras-3.15")}
