"""What a newcomer does wrong, and what the command says to it."""

import os
import re
import subprocess
import sys
import time

import pytest
from loopback_exam import START

from guildmark.client import framework, reaching
from guildmark.client.credentials import Credentials
from guildmark.client.programs import chosen
from guildmark.client.wording import local_time
from guildmark.errors import UsageError
from guildmark.i18n import in_language
from guildmark.protocol import AttemptSummary, ProgramView
from guildmark.rules.attempt import Phase


@pytest.fixture
def prepared(guildmark, signed_in, monkeypatch, tmp_path):
    """An exam folder whose clock has not started."""
    assert guildmark("start").status == 2
    monkeypatch.chdir(tmp_path / "place" / "test")


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("args", ["submit 1", "submit 1 x.keras", "check", "check 1", "check x.keras"])
def test_s3_before_the_start_a_model_is_told_that_the_exam_has_not_begun(guildmark, args):
    error = guildmark(*args.split(), "--json").json["error"]
    assert (error["code"], error["next_step"]) == ("not_started", "Run: guildmark start")
    assert error["message"] == "The exam has not begun in this folder."


def test_outside_any_exam_folder_it_says_so_even_where_no_portal_is_known(guildmark, monkeypatch):
    monkeypatch.delenv("GUILDMARK_SERVER")
    for command in (("check",), ("status",), ("submit", "1"), ("finish",), ("result",)):
        answer = guildmark(*command, "--json")
        assert (answer.status, answer.json["error"]["code"]) == (2, "no_exam_here")


@pytest.mark.parametrize("size", [0, 1_000_001])
def test_no_check_is_not_advised_for_a_file_that_is_refused_either_way(guildmark, started, portal, size):
    (started / "Category1" / "mymodel.keras").write_bytes(b"x" * size)
    answer = guildmark("submit", "1", "--json")
    assert (answer.status, portal.exam.uploads) == (3, {})
    assert answer.json["error"]["next_step"] == "Change the model as described, and submit it again."


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (2_000_000, "The file has 1.9 MiB; this task takes at most 976.6 KiB."),
        (1_000_001, "The file has 1000001 bytes; this task takes at most 1000000 bytes."),
    ],
)
def test_a_file_that_is_too_large_is_told_how_large_it_may_be(guildmark, started, size, said):
    (started / "Category1" / "mymodel.keras").write_bytes(b"x" * size)
    assert said in guildmark("submit", "1").err


def test_a_file_that_does_not_exist_is_noticed_before_its_category_is_asked_for(guildmark, started):
    answer = guildmark("check", "nofile.keras", "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, "There is no file nofile.keras.")


@pytest.mark.parametrize("args", [("check",), ("submit", "1"), ("submit", "--no-check", "1")])
def test_a_folder_is_told_to_be_saved_as_one_file(guildmark, started, args):
    (started / "Category1" / "mymodel").mkdir()
    error = guildmark(*args, "Category1/mymodel", "--json").json["error"]
    assert error["message"] == "Category1/mymodel is a folder; a model is handed in as one file."
    assert error["next_step"] == "Save the model as one file: model.save('mymodel.keras')"


def test_a_folder_that_cannot_be_written_is_the_callers_to_change(guildmark, signed_in, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    answer = guildmark("start", "--folder", str(tmp_path / "file" / "exam"), "--json")
    assert (answer.status, answer.json["error"]["code"]) == (2, "usage_error")
    assert answer.json["error"]["next_step"] == "Name a folder that you may write to: guildmark start --folder DIR"


def test_start_after_the_end_says_how_to_begin_another(guildmark, started):
    guildmark("finish", "--yes")
    step = guildmark("start", "--json").json["error"]["next_step"]
    assert step == "Run: guildmark result; to begin another exam, name a new folder: guildmark start --folder DIR"


def test_a_new_folder_within_that_of_a_finished_exam_is_a_new_exam_folder(guildmark, started, portal):
    guildmark("finish", "--yes")
    portal.exam.finished_at, portal.exam.started_at = None, None  # the portal opens another attempt
    answer = guildmark("start", "--folder", "another", "--yes", "--json")
    assert (answer.status, answer.json["folder"]) == (0, str(started / "another"))


def test_x13_start_names_the_instructions_that_are_there(guildmark, started):
    (started / "Category1" / "instructions.en.md").write_text("Read me.")
    assert "Next: read Category1/instructions.en.md, fill in Category1/starter.py" in guildmark("start").out


@pytest.mark.parametrize(("spoken", "named"), [("ko", "ko"), ("zh_CN", "zh-Hans"), ("fr", "en")])
def test_x13_start_names_the_instructions_in_the_readers_language(guildmark, started, spoken, named):
    for language in ("en", "ko", "zh-Hans"):
        (started / "Category1" / f"instructions.{language}.md").write_text("Read me.")
    with in_language(spoken):
        said = guildmark("start").out
    assert re.findall(r"instructions\.[\w-]+\.md", said) == [f"instructions.{named}.md"]


@pytest.mark.parametrize(("zone", "text"), [("UTC", "09:00 UTC"), ("XST-5:30", "14:30 UTC+05:30"), ("YST3", "06:00 UTC-03:00")])
def test_an_instant_carries_its_zone(monkeypatch, zone, text):
    if sys.platform == "win32":
        pytest.skip("the zone of a process is not set by TZ there")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        shown = local_time(START)
    time.tzset()
    assert shown == f"2026-03-02 {text}"


def test_sizes_are_in_units_that_people_read(guildmark, signed_in, portal):
    assert f"({len(portal.exam.bundle) / 1024:.1f} KiB, checked by its digest)" in guildmark("start", "--yes").out


def test_logout_removes_the_sign_in_here_and_at_the_portal(guildmark, signed_in, portal):
    answer = guildmark("logout")
    assert (answer.status, Credentials().tokens(portal.url), portal.access, portal.refresh) == (0, None, set(), set())
    assert answer.out == f"Signed out of {portal.url}: this machine no longer keeps your sign-in.\n"
    assert guildmark("start", "--json").json["error"]["code"] == "sign_in_required"
    assert guildmark("logout", "--json").json == {"server": portal.url, "was_signed_in": False, "is_ended": False}


def test_the_help_lists_the_exit_statuses_and_no_types_of_flags(guildmark):
    assert "Exit status: 0 done" in guildmark("--help").out
    assert "bool" not in guildmark("submit", "--help").out


@pytest.mark.usefixtures("signed_in")
class TestSeveralExams:
    def test_s3_the_one_under_way_is_meant(self, guildmark, portal):
        portal.other_programs = ["associate"]
        portal.exam.registered = True
        assert (guildmark("start", "--yes", "--json").status, portal.exam.started_at is not None) == (0, True)

    def test_s3_without_one_the_commands_are_listed(self, guildmark, portal):
        portal.other_programs = ["associate"]
        said = guildmark("start").err
        assert "There are several exams." in said
        assert {"    guildmark start test", "    guildmark start associate"} <= set(said.splitlines())
        error = guildmark("start", "asociate", "--json").json["error"]
        assert (error["message"], "guildmark start associate" in error["next_step"]) == ("There is no exam asociate.", True)


@pytest.mark.parametrize(
    ("slug", "attempts", "program"),
    [
        (None, [("b", "registered")], "b"),
        (None, [("a", "decided"), ("b", "running"), ("b", "decided")], "b"),
        (None, [("withdrawn", "running")], "withdrawn"),
        ("a", [("b", "running")], "a"),
        ("withdrawn", [("withdrawn", "prepared")], "withdrawn"),
        (None, [("a", "prepared"), ("b", "running")], None),
        (None, [("b", "decided")], None),
        ("c", [("b", "running")], None),
    ],
)
def test_s3_the_program_that_is_meant(slug, attempts, program):
    offered = [ProgramView.model_construct(slug=one) for one in ("a", "b")]
    sat = [AttemptSummary.model_construct(program=one, phase=Phase(phase)) for one, phase in attempts]
    if program is not None:
        assert chosen(offered, slug, sat) == program
        return
    with pytest.raises(UsageError) as refused:
        chosen(offered, slug, sat)
    assert [f"guildmark start {one}" in refused.value.next_step for one in ("a", "b")] == [True, True]


def test_a_start_that_waits_for_a_word_names_the_folder_that_it_was_given(guildmark, signed_in):
    said = guildmark("start", "--folder", "my exam", "--json").json["error"]["next_step"]
    assert said == 'When you are ready to sit the exam, run: guildmark start --folder "my exam" --yes'


class TestDoctorWithoutASession:
    @pytest.fixture(autouse=True)
    def without_tensorflow(self, monkeypatch):
        monkeypatch.setattr(framework, "interpreter_with_tensorflow", lambda: None)

    def last_of(self, guildmark, *args):
        answer = guildmark("doctor", *args, "--json")
        last = answer.json["checks"][-1]
        return answer.status, last["name"], last["next_step"]

    def test_x10_an_address_that_is_none_is_told_as_one(self, guildmark):
        step = "Give the whole address, such as https://exam.example.org"
        assert self.last_of(guildmark, "--server", "nowhere") == (3, "portal", step)

    def test_x10_certificates_that_cannot_be_read_are_told(self, guildmark, monkeypatch, tmp_path):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        reaching._trust.cache_clear()
        status, name, step = self.last_of(guildmark, "--server", "http://127.0.0.1:1")
        assert (status, name, "SSL_CERT_FILE" in step) == (3, "portal", True)

    def test_x10_a_proxy_that_cannot_be_used_is_told_once(self, guildmark, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "carrier://pigeon")
        step = "Write the proxy with its scheme, such as http://proxy.example:3128"
        assert self.last_of(guildmark, "--server", "http://127.0.0.1:1") == (3, "proxy", step)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are Unicode")
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict"])
def test_no_name_of_a_file_and_no_console_is_too_strange(started, portal, encoding):
    model = started / "Category1" / os.fsdecode(b"m\xff.keras")
    model.write_bytes(b"score 4")
    environment = {**os.environ, "GUILDMARK_SERVER": portal.url, "PYTHONIOENCODING": encoding}
    for arguments, status, said in ((("check", model), 3, "m?.keras"), (("submit", "--no-check", "1", model), 0, "m?.keras")):
        command = [sys.executable, "-m", "guildmark.cli", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stdout) == (status, True)
