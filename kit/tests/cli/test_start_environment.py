"""`guildmark start` and the exam's environment: made before the clock, never in its way, never against the candidate's word."""

import sys

import pytest
from command_answers import RUNNER, Answer

from guildmark.cli import app
from guildmark.cli import environment as told
from guildmark.cli.screen import Screen

INSTALLS = f"""#!/bin/sh
for last; do :; done
case "$1" in
    venv) mkdir -p "$last/bin" && ln -sf {sys.executable} "$last/bin/python" ;;
    pip) echo " + exampleframework==1.0" ;;
esac
"""


@pytest.fixture
def uv(monkeypatch, tmp_path):
    """Puts a stand-in for uv on PATH: a script."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    monkeypatch.delenv("GUILDMARK_ENVIRONMENT")

    def installing_by(script):
        (place / "uv").write_text(script)
        (place / "uv").chmod(0o755)

    installing_by(INSTALLS)
    return installing_by


def test_s1_it_is_there_before_the_clock_is_asked_for(uv, guildmark, signed_in, portal, monkeypatch, tmp_path):
    monkeypatch.setattr(Screen, "can_ask", True)
    answer = Answer(RUNNER.invoke(app, ["start", "--json"], input="n\n"))
    folder = tmp_path / "place" / "test" / ".venv"
    made = answer.json["environment"]
    assert (made["outcome"], made["python"], portal.exam.started_at) == ("made", str(folder / "bin" / "python"), None)
    assert (folder / "bin" / "guildmark").is_file()


def test_s1_the_next_steps_say_how_to_use_it(uv, guildmark, signed_in):
    said = guildmark("start", "--yes").out.splitlines()
    assert said[-4:-1] == ["    cd test", "    . .venv/bin/activate", "    guildmark submit 1"]
    assert any(line.startswith("The exam's environment is ready: ") for line in said)


def test_p5_an_installation_that_fails_stops_no_exam(uv, guildmark, signed_in, portal):
    uv("#!/bin/sh\necho dns error; exit 1\n")
    answer = guildmark("start", "--yes")
    assert (answer.status, portal.exam.started_at is not None) == (0, True)
    assert "The packages cannot be downloaded: their index does not answer." in answer.err
    assert "only the model file counts." in answer.err
    assert "activate" not in answer.out


def test_who_wants_none_gets_none(uv, guildmark, signed_in, tmp_path):
    assert guildmark("start", "--yes", "--no-environment", "--json").json["environment"] is None
    assert not (tmp_path / "place" / "test" / ".venv").exists()


def test_one_of_the_candidates_is_kept_and_the_exam_starts(uv, guildmark, signed_in, tmp_path):
    theirs = tmp_path / "place" / "test" / ".venv"
    theirs.mkdir(parents=True)
    (theirs / "pyvenv.cfg").write_text("mine")
    answer = guildmark("start", "--yes", "--json").json
    assert (answer["phase"], answer["environment"]["outcome"]) == ("running", "yours")
    assert [path.name for path in theirs.iterdir()] == ["pyvenv.cfg"]


def test_an_older_portal_says_what_is_needed_with_the_folders_alone(uv, guildmark, signed_in, portal, tmp_path):
    portal.exam.requirements = ""
    portal.exam.extra_files["requirements.txt"] = b"exampleframework==1.0\n"
    portal.exam.__post_init__()
    answer = guildmark("start", "--yes", "--json").json
    assert (answer["phase"], answer["environment"]["outcome"]) == ("running", "made")


def test_s3_ctrl_c_while_it_is_made_starts_no_clock_though_the_word_was_given(uv, guildmark, signed_in, portal, monkeypatch):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(told, "make", interrupted)
    answer = guildmark("start", "--yes")
    assert (answer.status, portal.exam.started_at) == (130, None)
    assert "guildmark start --no-environment" in answer.err


def test_who_is_not_signed_in_is_led_through_it_first(uv, guildmark, portal, monkeypatch, no_wait):
    monkeypatch.setattr(Screen, "can_ask", True)
    monkeypatch.delenv("GUILDMARK_SERVER")
    answer = Answer(RUNNER.invoke(app, ["start", "--server", portal.url], input="y\n"))
    assert (answer.status, portal.exam.started_at is not None) == (0, True)
    assert f"Signed in at {portal.url} as ada@example.org." in answer.out


def test_who_cannot_be_asked_hears_how_to_sign_in(uv, guildmark, portal):
    answer = guildmark("start", "--server", portal.url)
    assert (answer.status, "guildmark login" in answer.err) == (4, True)
