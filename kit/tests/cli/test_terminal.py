"""What people see at a terminal 80 columns wide: a real one, with the command in another process."""

import errno
import os
import select
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from command_answers import WITHOUT_THE_EXTRA, model
from rich.text import Text

from guildmark.cli.wrapping import wrapped

pty = pytest.importorskip("pty", reason="no terminals to open on this system")
WIDTH = 80


CTRL_C = b"\x03"
PRESSED_AGAIN_AFTER_S = 5


def _everything_from(terminal, until=None, press=b""):
    """What the command prints up to `until`, or to its end. While nothing comes, `press` is typed again, as people do.

    Where a line breaks in `until` is all the same: that depends on how long the path before it is.
    """
    seen = b""
    while until is None or _as_one_line(until) not in _as_one_line(seen):
        if press and not select.select([terminal], [], [], PRESSED_AGAIN_AFTER_S)[0]:
            os.write(terminal, press)
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError as error:  # Linux tells the end of a terminal so
            if error.errno != errno.EIO:
                raise
            break
        if not piece:
            break
        seen += piece
    return seen


def _as_one_line(printed):
    return b" ".join(printed.split())


@pytest.fixture
def at_a_terminal(portal):
    """Runs a command at a terminal; `typed` is typed once the command asks."""

    def run(*args, typed=None):
        ours, theirs = pty.openpty()
        environment = {**os.environ, "GUILDMARK_SERVER": portal.url, "COLUMNS": str(WIDTH), "TERM": "dumb", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "guildmark.cli", *args]
        with subprocess.Popen(
            [sys.executable, "-c", _AS_THE_TERMINALS_OWN, *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        ) as process:
            os.close(theirs)
            try:
                seen = b""
                if typed is not None:
                    seen = _everything_from(ours, until=b"[y/N] ")
                    os.write(ours, typed)
                # An interrupt between the prompt and the wait for a key is noted by Python's input() with the next key only.
                seen += _everything_from(ours, press=CTRL_C if typed == CTRL_C else b"")
            finally:
                os.close(ours)  # hangs up on a command that still runs
            status = process.wait(60)
        return status, seen.decode().replace("\r\n", "\n")

    return run


# Ctrl+C goes to the foreground of a session's terminal: the command must be that.
_AS_THE_TERMINALS_OWN = """
import fcntl, os, signal, sys, termios
os.setsid()
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_s3_ctrl_c_at_the_question_does_not_start_the_clock_and_says_so(guildmark, signed_in, at_a_terminal, portal):
    status, seen = at_a_terminal("start", typed=CTRL_C)
    assert (status, portal.exam.started_at) == (130, None)
    assert seen.count("Start the clock now?") == 1
    assert seen.splitlines()[-1] == "The clock has not started."
    assert seen.splitlines()[-2].startswith("Start the clock now? [y/N] ")


def test_x6_ctrl_c_at_the_question_does_not_finish_and_says_so(started, at_a_terminal, portal):
    status, seen = at_a_terminal("finish", typed=CTRL_C)
    assert (status, portal.exam.finished_at) == (130, None)
    assert seen.splitlines()[-1] == "The exam goes on."


def test_a_transfer_shows_its_sizes(guildmark, signed_in, at_a_terminal, portal):
    size = f"{len(portal.exam.bundle) / 1024:.1f} KiB"
    assert f"{size} of {size}" in at_a_terminal("start", typed=b"n\n")[1]


def test_sentences_break_between_words(guildmark, signed_in, at_a_terminal):
    status, seen = at_a_terminal("start", typed=b"y\n")
    lines = [line.rstrip() for line in seen.splitlines()]
    told = " ".join(lines)
    assert status == 0
    assert "When the clock starts, it runs on the server and cannot be paused. Only models submitted before it ends" in told
    assert [line for line in lines if len(line) > WIDTH and " " in line and "exam folder:" not in line] == []
    assert "    guildmark submit 1" in lines


def test_nothing_is_wrapped_where_it_is_piped(guildmark, signed_in, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    assert max(len(line) for line in guildmark("start").out.splitlines()) > WIDTH


def test_a_refused_submission_shows_no_bar(started, at_a_terminal, portal):
    model(started, 1, "score 3")
    portal.exam.now += timedelta(hours=6)
    status, seen = at_a_terminal("submit", "1", "--no-check")
    assert (status, "Sending" in seen, "bytes" in seen) == (3, False, False)
    assert "The exam is over" in seen


def at_width(text, width=20):
    return wrapped(Text(text), width).plain.splitlines()


def test_commands_addresses_and_paths_stay_whole():
    assert at_width("You may now run: guildmark start --folder DIR and so on") == [
        "You may now run:",
        "guildmark start --folder DIR",
        "and so on",
    ]
    assert at_width('Run: pip install "guildmark[check]"') == ["Run:", 'pip install "guildmark[check]"']
    assert at_width("  Train and save the model again.") == ["  Train and save the", "  model again."]
    link = "https://exam.example.org/o/confirm?code=ABCD-EFGH"
    assert at_width(f"Open:\n\n    {link}") == ["Open:", "", f"    {link}"]
    assert at_width("It is in /home/ada/exams/practitioner.") == ["It is in", "/home/ada/exams/practitioner."]


def test_words_are_never_broken_nor_styles_lost():
    text = wrapped(Text("one two three four", style="bold").append(" five", style="red"), 9)
    assert text.plain.splitlines() == ["one two", "three", "four five"]
    start = text.plain.index("five")
    assert "red" in {str(span.style) for span in text.spans if span.start <= start < span.end}


def test_watching_asks_about_what_speaks_against_a_model_and_goes_on(started, portal, tmp_path):
    """Without the extra nothing looks into the file, which is older than its code."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_THE_EXTRA)
    search = os.pathsep.join(filter(None, (str(tmp_path / "site"), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "GUILDMARK_SERVER": portal.url, "TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": search}
    command = [sys.executable, "-c", _AS_THE_TERMINALS_OWN, sys.executable, "-m", "guildmark.cli", "watch"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            _everything_from(ours, until=b"Ctrl+C ends it.")
            for turn in (1, 2):
                looks_like_a_model(started / "Category1" / "mymodel.keras", saved_at=1_700_000_000 + turn)
                assert b"Submit it now?" in _everything_from(ours, until=b"[y/N] ")
                os.write(ours, b"y\n")
                assert b"Submit it all the same?" in _everything_from(ours, until=b"[y/N] ")
                os.write(ours, b"n\n")
                _everything_from(ours, until=b"Nothing was submitted.")
            assert b"Watching ended." in _everything_from(ours, press=CTRL_C)
        finally:
            os.close(ours)
        assert (process.wait(60), portal.exam.uploads) == (0, {})


def looks_like_a_model(path, *, saved_at):
    draft = path.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    os.utime(draft, (saved_at, saved_at))
    draft.replace(path)
