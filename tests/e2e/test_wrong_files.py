"""Every wrong file gets a verdict that says what to change, in the terminal and on the page, and changes no score."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from demo.portal import BIN

from guildmark.rules.wording import describe

pytestmark = pytest.mark.models

WRONG_MODELS = Path(__file__).parent / "wrong_models.py"
LIMIT = 2 * 1024 * 1024

# What is wrong, the file's name, and the reason that the candidate is told.
WRONG = [
    ("input shape", "wrong.keras", "contract.input_shape"),
    ("output shape", "wrong.keras", "contract.output_shape"),
    ("forbidden layer", "wrong.keras", "layer.forbidden"),
    ("lambda", "wrong.h5", "layer.lambda"),
    ("text", "wrong.h5", "file.not_a_model"),
    ("weights", "wrong.weights.h5", "file.weights_only"),
]
# These two are refused when the upload is opened: there is nothing to grade.
REFUSED = [
    ("empty", "wrong.keras", "file.empty"),
    ("too large", "wrong.keras", "file.too_large"),
]


@pytest.fixture(scope="module")
def wrong_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {kind: tmp_path_factory.mktemp("wrong") / name for kind, name, _reason in (*WRONG, *REFUSED)}
    named = [word for pair in made.items() for word in pair]
    subprocess.run([sys.executable, WRONG_MODELS, *named], check=True, capture_output=True)
    return made


def guildmark(candidate, *words: str) -> tuple[int, dict]:
    command = [BIN / "guildmark", *words, "--json"]
    done = subprocess.run(command, cwd=candidate.folder, env=candidate._env, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def words_of(page: str) -> str:
    """The text of a page without its tags, as a person reads it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def score_of(candidate, number: int) -> int | None:
    return candidate.guildmark_json("status")["categories"][number - 1]["best_score"]


def test_x4_every_wrong_file_is_refused_with_its_reason_and_changes_no_score(person, quick_pack, wrong_files) -> None:
    ada = person("ada")
    attempt = ada.begin()
    ada.solve(1, quick_pack)
    assert guildmark(ada.candidate, "submit", "1")[0] == 0

    for kind, _name, reason in WRONG:
        status, answer = guildmark(ada.candidate, "submit", "1", str(wrong_files[kind]), "--no-check")
        report = answer["submission"]["report"]
        assert (kind, status, report["reason"], report["verdict"], report["score"]) == (kind, 3, reason, "rejected", None)
        assert report["message"] == describe(reason, report["params"])
        assert report["message"] in words_of(ada.browser.get(f"/exam/{attempt}/").text)
        assert score_of(ada.candidate, 1) == 5

    for kind, _name, reason in REFUSED:
        status, answer = guildmark(ada.candidate, "submit", "1", str(wrong_files[kind]), "--no-check")
        found = wrong_files[kind].stat().st_size
        assert (kind, status, answer["error"]["code"]) == (kind, 3, reason)
        assert answer["error"]["message"] == describe(reason, {"found": found, "limit": LIMIT})
        assert score_of(ada.candidate, 1) == 5


def test_x5_check_finds_offline_what_the_grader_would_refuse(person, wrong_files) -> None:
    ada = person("ada")
    ada.begin()
    for kind, _name, reason in (*WRONG, *REFUSED):
        status, answer = guildmark(ada.candidate, "check", str(wrong_files[kind]), "--category", "1")
        codes = [finding["code"] for file in answer["files"] for finding in file["findings"]]
        assert (kind, status, reason in codes) == (kind, 3, True)
        assert guildmark(ada.candidate, "submit", "1", str(wrong_files[kind]))[0] == 3
    assert ada.candidate.guildmark_json("status")["categories"][0]["submissions"] == []
