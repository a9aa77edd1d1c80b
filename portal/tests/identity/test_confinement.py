"""What a child gives up before it reads a byte; and that without it, nothing is read."""

import platform
import stat
import sys
import textwrap
from dataclasses import replace

import pytest
from portal.tests.identity.conftest import picture
from portal.tests.identity.test_pages import answers, browser, file_of

from guildmark_portal.identity.intake import pages as intake
from guildmark_portal.identity.intake.child import NOT_READY
from guildmark_portal.identity.intake.limits import LIMITS
from guildmark_portal.identity.intake.pages import FileUnusable, IntakeNotReady, pages_of
from guildmark_portal.identity.models import Document, Photo

pytestmark = pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="no filter of system calls here")

PRCTL = {"x86_64": 157, "aarch64": 167}
KERNEL = """\
#!{python} -I
import ctypes, os, sys
from guildmark_portal.identity.intake.confinement import _step, install
LOAD, EQUAL, RETURN, REFUSE, ALLOW = 0x20, 0x15, 0x06, 0x00050000, 0x7FFF0000
{before}
os.execv({python!r}, [{python!r}, *sys.argv[1:]])
"""
ANSWERS = """
install([
    _step(LOAD, 0),
    _step(EQUAL, {prctl}, then=1),
    _step(RETURN, ALLOW),
    _step(LOAD, 16),
    *[_step(EQUAL, option, then={count} - place) for place, option in enumerate({options})],
    _step(RETURN, ALLOW),
    _step(RETURN, REFUSE | {error}),
])
"""


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Children that run on another kernel, as far as they can tell: a real filter answers in its place."""

    def with_code(before):
        interpreter = tmp_path / "python"
        interpreter.write_text(textwrap.dedent(KERNEL).format(python=sys.executable, before=before))
        interpreter.chmod(interpreter.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(intake.sys, "executable", str(interpreter))

    return with_code


@pytest.fixture
def answering(kernel):
    """`prctl` answers these options with this error."""

    def with_error(error, *options):
        known = {"prctl": PRCTL[platform.machine()], "options": options, "count": len(options), "error": error}
        kernel(ANSWERS.format(**known))

    return with_error


def test_the_parent_knows_the_childs_word_for_a_fault_of_ours():
    assert intake._NOT_READY == NOT_READY


def test_g4_where_the_filter_is_refused_no_file_is_read_and_the_fault_is_ours(answering, caplog):
    answering(1, 22)
    with pytest.raises(IntakeNotReady) as fault:
        pages_of(picture(), sender=1)
    assert "not to blame" in str(fault.value)
    assert "could not be confined; no file is read" in caplog.text


def test_g4_where_privileges_can_still_be_gained_no_file_is_read(answering):
    answering(1, 38)
    with pytest.raises(IntakeNotReady):
        pages_of(picture(), sender=1)


def test_g4_a_kernel_that_was_built_without_seccomp_reads_within_limits_and_the_log_says_so(answering, caplog):
    answering(22, 21, 22)
    (page,) = pages_of(picture(1200, 800), sender=1)
    assert (page.width, page.height) == (1200, 800)
    assert "This kernel has no seccomp" in caplog.text


def test_g4_an_own_kernel_is_not_warned_of(caplog):
    pages_of(picture(), sender=1)
    assert caplog.text == ""


def test_g4_on_a_machine_whose_calls_are_not_known_no_file_is_read(kernel):
    kernel("ctypes.CDLL(None).personality(8)  # of 32 bits")
    with pytest.raises(IntakeNotReady):
        pages_of(picture(), sender=1)


@pytest.mark.parametrize("limit", ["cpu_s", "memory_bytes", "output_bytes"])
def test_g4_where_a_limit_cannot_be_set_no_file_is_read(limit):
    with pytest.raises(IntakeNotReady):
        pages_of(picture(), sender=1, limits=replace(LIMITS, **{limit: 2**70}))


def test_a_child_that_dies_over_a_file_is_the_files_fault(kernel):
    kernel("sys.exit(1)")
    with pytest.raises(FileUnusable) as refusal:
        pages_of(picture(), sender=1)
    assert refusal.value.code == "damaged"


def test_g4_the_pages_say_that_the_file_is_not_to_blame_and_nothing_is_kept(answering, candidate, stopped_clock, photo_bytes):
    answering(1, 22)
    mine = browser(candidate)
    given = mine.post("/identity/document/", answers(stopped_clock))
    taken = mine.post("/identity/photo/", {"photo": file_of(photo_bytes)})
    for answer in (given, taken):
        assert (answer.status_code, "not to blame" in answer.content.decode()) == (200, True)
    assert (Document.objects.count(), Photo.objects.count()) == (0, 0)
