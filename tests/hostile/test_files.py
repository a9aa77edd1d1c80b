"""Each hostile file is graded for what it is, and comes to nothing; without the box, each would have come to something."""

import json
import re
import tempfile
from contextlib import closing

import pytest
from tests.hostile.cases import CASES
from tests.hostile.files.bench import CLASSES, FEATURES
from tests.hostile.marks import SECRET, Seen

from guildmark.rules.contract import Contract, ModelFormat, TensorContract
from guildmark.rules.reasons import REASONS
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe
from guildmark_grader.sandbox import MIB, Box, Job, Nest, layout
from guildmark_grader.worker.request import Allowance, Program, Request

BY_NAME = {"argnames": "case", "argvalues": CASES, "ids": [case.name for case in CASES]}

BOMBS = ("zip_swelling_weights", "hdf5_declares_95_gb", "hdf5_declares_95_gb_in_keras")

_A_PATH = re.compile(r"/(?:box|tmp|var|proc|usr|root|home|srv|opt|etc)\b")
_OF_FORMATS = {"keras": 2, "zip": 1, "hdf5": 2, "saved_model": 1, "onnx": 1, "tflite": 1, "pt2": 1}


def told(report) -> str:
    """All that a candidate could read of a report, but for names out of his own file, which `named` returns."""
    params = {**report.params, **({"name": "NAME"} if "name" in report.params else {})}
    return json.dumps({**report.model_dump(mode="json"), "params": params}) + describe(report.reason, params)


@pytest.mark.parametrize(**BY_NAME)
def test_x11_it_is_graded_for_what_it_is_and_comes_to_nothing(case, files, service, marks, watch, evidence):
    if case.needs_torch and not layout.is_installed(Program.TORCH):
        pytest.skip("PyTorch is not installed beside the grader")
    watch.reset()
    report = service.report_on(files / case.name, case.form)
    assert watch.seen() == Seen()
    assert report.reason in case.reasons, (report.reason, report.params)
    assert report.verdict is REASONS[report.reason].verdict
    assert (report.score, report.metric is None) == ((5, False) if report.verdict is Verdict.GRADED else (None, True))
    shown = told(report)
    leaks = [word for word in ("Traceback", 'File "', marks.word, SECRET.decode(), marks.folder) if word in shown]
    assert (leaks, _A_PATH.findall(shown)) == ([], [])
    name = str(report.params.get("name", ""))
    assert name.isascii()
    assert name.isprintable() or not name
    assert len(name) <= 200


@pytest.mark.parametrize(**BY_NAME)
def test_x11_without_the_box_it_is_live(case, evidence):
    seen = evidence.result()[case.name]
    assert case.effect.is_in(seen), (case.effect.value, seen)


@pytest.mark.parametrize("name", BOMBS)
def test_x11_a_bomb_is_refused_within_a_second_and_100_megabytes(name, files):
    contract = Contract(tuple(ModelFormat), 8 * MIB, (TensorContract((FEATURES,)),), TensorContract((CLASSES,)))
    request = Request(contract, Allowance(cpu_s=20, memory=512 * MIB, file_size=64 * MIB))
    with closing(Box().zygote(Program.INSPECT)) as zygote, zygote.bear(Nest()) as child:
        child.wait_until_ready()
        with (files / name).open("rb") as model, tempfile.TemporaryFile() as parsed:
            job = Job(request.to_json(), (model.fileno(), parsed.fileno()), 0, wall_s=20, memory=512 * MIB)
            outcome = child.run(job)
    assert [finding.code for finding in outcome.reply.findings] == ["archive.expands"]
    assert outcome.seconds < 1
    assert outcome.peak_kib * 1024 < 100_000_000


def test_x11_there_are_files_of_every_format():
    prefixes = {case.name[: len(prefix)] for prefix in _OF_FORMATS for case in CASES if case.name.startswith(f"{prefix}_")}
    assert prefixes == set(_OF_FORMATS)
    assert len(ModelFormat) == 6
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
